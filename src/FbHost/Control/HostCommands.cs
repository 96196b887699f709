using FbHost.Clients;
using FbHost.Loop;
using Mmm;

namespace FbHost.Control;

/// <summary>The requests that change which app is in front, the backlight by a step, and the machine's power.</summary>
internal sealed class HostCommands(ClientTable clients, PanelLight light, Power power)
{
    private const int BrightnessStep = 10; // %

    /// <summary>Handles a request. Returns false if it is another one's.</summary>
    public bool Handle(IRequester requester, string[] words)
    {
        switch (words)
        {
            case ["next"]:
                clients.Stack.RaiseNext();
                requester.Ok();
                return true;
            case ["front", var app]:
                Answer(requester, Raise(app));
                return true;
            case ["brightness", "up" or "down"]:
                requester.AnswerLater();
                if (!light.Change(words[1] == "up" ? BrightnessStep : -BrightnessStep, fault => Answer(requester, fault)))
                    requester.Fail(Worker.Busy);
                return true;
            case ["power-off"] or ["reboot"]:
                Answer(requester, power.Begin(words[0] == "reboot"));
                return true;
            default:
                return false;
        }
    }

    private static void Answer(IRequester requester, string? fault)
    {
        if (fault is null)
            requester.Ok();
        else
            requester.Fail(fault);
    }

    // Returns null, or why no client of the app can be in front.
    private string? Raise(string app)
    {
        var its = clients.Serving.Where(c => app.Equals(c.App?.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        foreach (var client in its.Where(c => c.Picture is not null))
            clients.Stack.Restack(client, toTop: true);
        var names = clients.Serving.Select(c => c.App?.Name).OfType<string>().Distinct().ToList();
        return its.Count == 0
            ? $"no app named {app} shows anything; there is {(names.Count == 0 ? "none" : string.Join(", ", names))}"
            : its.TrueForAll(c => c.Picture is null) ? $"{app} has shown no picture yet" : null;
    }
}
