using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace GpioButtons;

/// <content>Its keypads.</content>
public sealed unsafe partial class ButtonSet
{
    private sealed record OpenKeypad(KeypadConfig Config, Keypad Keypad, int FirstIndex)
    {
        public bool IsGone { get; set; }
    }

    private readonly List<OpenKeypad> _keypads = [];
    private Action<string>? _log;

    // Finds each line by its name, as a button's.
    private static KeypadConfig Find(KeypadConfig keypad)
    {
        var chip = keypad.Chip;
        return keypad with { Rows = [.. keypad.Rows.Select(Numbered)], Columns = [.. keypad.Columns.Select(Numbered)], Chip = chip };

        GpioLine Numbered(GpioLine line)
        {
            var found = GpioChips.Find(new ButtonConfig(keypad.Chip, line.Number, keypad.ActiveLow, keypad.Name)
            {
                ChipLabel = keypad.ChipLabel, LineName = line.Name,
            });
            chip = found.Chip;
            return new GpioLine(found.Line);
        }
    }

    private void OpenKeypads(IReadOnlyList<KeypadConfig> keypads, Action<string>? log, Func<KeypadConfig, IKeypadLines> newLines)
    {
        _log = log;
        var first = _configs.Length;
        foreach (var config in keypads)
        {
            var its = first;
            var keypad = new Keypad(newLines(config), config, (key, isDown, ns) => _changes.Add(new Edge(its + key, isDown, ns)));
            _keypads.Add(new OpenKeypad(config, keypad, first));
            first += config.Keys.Count;
            Watch(keypad.FileDescriptor);
            keypad.Scan(_now()); // a key that is held already makes no edge
        }
    }

    private string KeyAt(int index)
    {
        var keypad = _keypads.FindLast(k => k.FirstIndex <= index)!;
        return keypad.Config.Keys[index - keypad.FirstIndex];
    }

    private void ScanKeypads(long now)
    {
        foreach (var keypad in _keypads)
        {
            var polled = new pollfd { fd = keypad.Keypad.FileDescriptor, events = POLLIN };
            if (keypad.IsGone || (keypad.Keypad.DueNs > now && poll(&polled, 1, 0) <= 0) || keypad.Keypad.Scan(now))
                continue;
            keypad.IsGone = true;
            keypad.Keypad.ReleaseAll(now);
            epoll_event none = default;
            epoll_ctl(_epoll, EPOLL_CTL_DEL, keypad.Keypad.FileDescriptor, &none);
            _log?.Invoke($"keypad \"{keypad.Config.Name}\": the chip is gone; its keys stop working until the host is restarted");
        }
    }
}
