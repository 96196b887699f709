using System.Text.Json;
using FbHost.Leds;

namespace FbHost.Control;

/// <summary>The requests of the control socket about LEDs; see docs/control.md.</summary>
internal sealed class LedCommands(LedSet leds)
{
    /// <summary>Handles a request. Returns false if it is not about LEDs.</summary>
    public bool Handle(IRequester connection, string[] words)
    {
        switch (words)
        {
            case ["led"]:
                connection.Ok(Write);
                return true;
            case ["led", var name, var text]:
                Set(connection, name, text);
                return true;
            case ["led", var name]:
                connection.Fail($"led {name}: a state must follow: {LedState.Forms}");
                return true;
            default:
                return false;
        }
    }

    private void Set(IRequester connection, string name, string text)
    {
        if (!LedState.TryParse(text, out var state))
        {
            connection.Fail($"led {name} is {text}; it must be {LedState.Forms}");
            return;
        }
        connection.AnswerLater();
        leds.Set(name, state, fault =>
        {
            if (fault is null)
                connection.Ok();
            else
                connection.Fail(fault);
        });
    }

    private void Write(Utf8JsonWriter w)
    {
        w.WriteStartArray("leds");
        foreach (var led in leds.All)
        {
            w.WriteStartObject();
            w.WriteString("name", led.Config.Name);
            w.WriteString("state", led.State.ToString());
            w.WriteNumber("percent", led.State.Percent);
            w.WriteString("output", led.Config.Place);
            if (led.Fault is { } fault)
                w.WriteString("fault", fault);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }
}
