using System.Globalization;
using FbHost.Input;
using FbHost.Loop;
using FbHost.Options;
using InputEvdev;
using Mmm;

namespace FbHost.Control;

/// <summary>
/// The requests that do what a finger and a keyboard do: they follow the same rules, such as the one that wakes a blanked screen.
/// </summary>
internal sealed class InputCommands(Seat seat, PanelToScreen panel)
{
    private const int DragSteps = 10;

    /// <summary>Handles a request. Returns false if it is another one's.</summary>
    public bool Handle(IRequester connection, string[] words)
    {
        var fault = words switch
        {
            ["tap", var x, var y] => Drag([x, y, x, y]),
            ["drag", .. { Length: 4 } numbers] => Drag(numbers),
            ["type", var text] => Type(text),
            ["key", var name] => Key(name),
            _ => "",
        };
        if (fault is null)
            connection.Ok();
        else if (fault.Length > 0)
            connection.Fail(fault);
        return fault != "";
    }

    private string? Drag(string[] numbers)
    {
        Span<int> at = stackalloc int[4];
        var (width, height) = panel.Size;
        for (var i = 0; i < at.Length; i++)
        {
            if (!int.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out at[i])
                || at[i] >= (i % 2 == 0 ? width : height))
                return $"{numbers[i]} is not a position on the screen, which is {width}x{height}";
        }
        var now = EventLoop.Now;
        Touch(InputKind.PointerDown, at[0], at[1], now);
        var (dx, dy) = (at[2] - at[0], at[3] - at[1]);
        for (var step = 1; step <= DragSteps && (dx, dy) != (0, 0); step++)
            Touch(InputKind.PointerMove, at[0] + dx * step / DragSteps, at[1] + dy * step / DragSteps, now + step);
        Touch(InputKind.PointerUp, at[2], at[3], now + DragSteps + 1);
        return null;
    }

    private void Touch(InputKind kind, int x, int y, long ns)
    {
        var (panelX, panelY) = panel.ToPanel(x, y);
        seat.Raw(new InputEvent { Kind = kind, X = panelX, Y = panelY, IsTouch = true, TimeNs = ns });
    }

    private string? Type(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            seat.Type(rune.Value switch
            {
                ' ' => KeyNames.Space,
                '\n' => KeyNames.Return,
                '\t' => KeyNames.Tab,
                _ => rune.ToString(),
            });
        }
        return null;
    }

    private string? Key(string name)
    {
        if (!TypedKey.IsKey(name))
            return $"no key is named {name}; use a name of docs/keys.md, such as return or control-left, or the character that it types";
        seat.Type(name);
        return null;
    }
}
