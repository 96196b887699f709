using InputEvdev;
using InputEvdev.Tests;

/// <summary>A device whose records are lost for real: more of them than the kernel keeps for a reader that does not read.</summary>
internal static class LostRecords
{
    private const int Frames = 3000;
    private const int ABS_MT_SLOT = 0x2f, ABS_MT_POSITION_X = 0x35, ABS_MT_POSITION_Y = 0x36, ABS_MT_TRACKING_ID = 0x39;

    /// <summary>"ok" when every down has one up, and what is held at the end is what the device holds.</summary>
    /// <param name="recording">A panel of two slots, 0 to 100, that has KEY_HOMEPAGE.</param>
    public static string Check(DeviceRecording recording)
    {
        using var uinput = new UinputDevice(recording);
        if (!EvdevDevice.TryOpen(uinput.Path, DeviceRules.None, out var device, out var fault)) return fault.Reason;
        using var d = device;
        var (held, downs, faults) = (new Dictionary<string, (double X, double Y)>(), 0, new List<string>());
        InputHandler follow = (in InputEvent e) =>
        {
            var what = e.Kind is InputKind.KeyPress or InputKind.KeyRelease ? $"{e.Key}" : $"finger {e.Finger}";
            var isFault = e.Kind switch
            {
                InputKind.KeyPress or InputKind.PointerDown => !held.TryAdd(what, (e.X, e.Y)),
                InputKind.KeyRelease or InputKind.PointerUp => !held.Remove(what),
                _ => false,
            };
            if (e.Kind == InputKind.PointerMove) held[what] = (e.X, e.Y);
            if (e.Kind == InputKind.PointerDown) downs++;
            if (isFault) faults.Add(EventText.Of(e));
        };

        for (var i = 0; i < Frames; i++) uinput.Send([.. Contact(i % 2, i, i % 100, 50), Key(i % 3 == 0)]);
        uinput.Send([.. Contact(1, -1, 0, 0), .. Contact(0, 60_000, 33, 44), Key(true)]);
        for (var i = 0; i < 100; i++) d.Drain(follow);

        var said = string.Join("; ",
            held.OrderBy(h => h.Key).Select(h => FormattableString.Invariant($"{h.Key} {h.Value.X:0.00},{h.Value.Y:0.00}")));
        if (faults.Count > 0) return $"line 0: {faults.Count} events that cannot follow, the first: {faults[0]}";
        if (held.Count != 2 || !held.ContainsKey("KEY_HOMEPAGE") || !held.ContainsValue((0.33, 0.44)))
            return $"line 0: held at the end: {said}";
        return downs < Frames ? "ok" : "line 0: nothing was lost";
    }

    private static RecordedEvent Key(bool down) => new(Codes.EV_KEY, (int)KeyCode.KEY_HOMEPAGE, down ? 1 : 0);

    private static RecordedEvent[] Contact(int slot, int id, int x, int y) =>
    [
        new(Codes.EV_ABS, ABS_MT_SLOT, slot), new(Codes.EV_ABS, ABS_MT_TRACKING_ID, id),
        new(Codes.EV_ABS, ABS_MT_POSITION_X, x), new(Codes.EV_ABS, ABS_MT_POSITION_Y, y),
    ];
}
