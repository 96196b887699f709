using InputEvdev;
using InputEvdev.Tests;

// Makes recorded devices (tests/InputEvdev.Tests/Devices) by /dev/uinput.
//   UinputReplay check FILE...   each in turn: opens what the kernel made of it, plays it, and says whether its events are those expected
//   UinputReplay lost FILE       makes it and sends more than the kernel keeps, and says whether what is held in the end is known
//   UinputReplay latency N FILE  touches N times, and says how long it takes until pixel 100,100 of an 800x480 /dev/fb0 changes
//   UinputReplay play FILE       makes it, prints its node, waits for a line, plays it in its own time, and keeps it until the next line
if (args is ["play", var only])
{
    Play(DeviceRecording.Read(only));
    return 0;
}
if (args is ["lost", var lossy])
{
    var found = LostRecords.Check(DeviceRecording.Read(lossy));
    Console.WriteLine(found);
    return found == "ok" ? 0 : 1;
}
if (args is ["latency", var touches, var panel])
{
    var said = TouchLatency.Measure(int.Parse(touches), panel, "/dev/fb0", at: 4 * (100 * 800 + 100));
    Console.WriteLine(said ?? "a touch showed nothing");
    return said is null ? 1 : 0;
}
if (args is not ["check", .. var files] || files.Length == 0)
{
    Console.Error.WriteLine("usage: UinputReplay check FILE... | lost FILE | latency N FILE | play FILE");
    return 2;
}
var failed = 0;
foreach (var file in files)
{
    var result = Check(DeviceRecording.Read(file));
    failed += result.StartsWith("line", StringComparison.Ordinal) ? 1 : 0;
    Console.WriteLine($"{Path.GetFileNameWithoutExtension(file)}: {result}");
}
return failed == 0 ? 0 : 1;

static void Play(DeviceRecording recording)
{
    using var uinput = new UinputDevice(recording);
    Console.WriteLine(uinput.Path);
    Console.ReadLine();
    var before = recording.Steps.Count > 0 ? recording.Steps[0].Seconds : 0;
    foreach (var step in recording.Steps.Where(s => s.Kind == StepKind.Frame))
    {
        Thread.Sleep(TimeSpan.FromSeconds(Math.Max(0, step.Seconds - before)));
        before = step.Seconds;
        uinput.Send(step.Events);
    }
    Console.ReadLine();
}

static string Check(DeviceRecording recording)
{
    if (!recording.IsPlayable) return "skipped: its times, or what the kernel would not let through, matter";
    if (recording.Steps.Exists(step => step.Kind == StepKind.Lost)) return "skipped: it loses records";
    UinputDevice uinput;
    try
    {
        uinput = new UinputDevice(recording);
    }
    catch (IOException e) when (recording.Note.Length > 0) // What it says of itself is wrong.
    {
        return $"skipped: the kernel refuses {e.Message}";
    }
    using (uinput) return CheckDevice(recording, uinput);
}

static string CheckDevice(DeviceRecording recording, UinputDevice uinput)
{
    uinput.Bring(recording.AtOpen);
    var udev = $"/run/udev/data/c{File.ReadAllText($"/sys/class/input/{Path.GetFileName(uinput.Path)}/dev").Trim()}";
    if (recording.Udev.Count > 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(udev)!);
        File.WriteAllLines(udev, recording.Udev);
    }
    var rules = new DeviceRules(new DeviceSettings(), new DeviceSettings(),
        [new DeviceRule(recording.Name, null, null, recording.Settings)]);
    var opened = EvdevDevice.TryOpen(uinput.Path, rules, out var device, out var fault);
    if (recording.Udev.Count > 0) File.Delete(udev);
    if (!opened)
    {
        var isExpected = recording.Is == "nothing" && fault!.Reason.EndsWith(recording.Note, StringComparison.Ordinal);
        return isExpected ? "ok" : $"line 0: {fault!.Reason}";
    }

    using var d = device!;
    var notes = string.Join("; ", d.Notes);
    if (notes != recording.Note) return $"line 0: said \"{notes}\", must say \"{recording.Note}\"";
    var events = new List<string>();
    InputHandler keep = (in InputEvent e) => events.Add(EventText.Of(e));
    foreach (var step in recording.Steps)
    {
        events.Clear();
        if (step.Kind == StepKind.Frame) uinput.Send(step.Events);
        if (step.Kind == StepKind.Gone) uinput.Dispose();
        var there = d.Drain(keep);
        while (there && step.Kind == StepKind.Gone) there = d.Drain(keep);
        // What the kernel itself lifts when a device goes comes in an order of its own.
        IEnumerable<string> got = events, expected = step.Expected;
        if (step.Kind == StepKind.Gone) (got, expected) = (got.Order(), expected.Order());
        if (!got.SequenceEqual(expected))
            return $"line {step.Line}: got \"{string.Join("; ", got)}\", expected \"{string.Join("; ", expected)}\"";
    }
    return "ok";
}
