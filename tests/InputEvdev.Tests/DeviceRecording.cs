using System.Globalization;

namespace InputEvdev.Tests;

/// <summary>An axis as a recording has it.</summary>
internal sealed record RecordedAxis(int Code, int Minimum, int Maximum, int Value, int Resolution);

/// <summary>A record of the device.</summary>
internal readonly record struct RecordedEvent(int Type, int Code, int Value);

/// <summary>How a device answers when it is asked: what it holds, its axes, and its slots (id, x, y).</summary>
internal sealed record RecordedState(HashSet<int> Held, Dictionary<int, int> Axes, Dictionary<int, (int Id, int X, int Y)> Slots);

/// <summary>What happens at a time.</summary>
internal enum StepKind { Frame, Lost, Wait, Gone }

/// <summary>One line of a recording with what it must bring.</summary>
/// <param name="Line">Its number in the file.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Seconds">When.</param>
/// <param name="Events">Of a frame: its records, without the SYN_REPORT at its end.</param>
/// <param name="State">Of lost records: how the device stands then.</param>
internal sealed record RecordedStep(int Line, StepKind Kind, double Seconds, RecordedEvent[] Events, RecordedState? State)
{
    public List<string> Expected { get; } = [];
}

/// <summary>
/// A device and what it did, as text; Devices/README.md has the format. Made for the tests of the decoder, and for programs that make the
/// device again through /dev/uinput.
/// </summary>
internal sealed class DeviceRecording
{
    public string Name { get; private set; } = "unnamed";
    public int Bus { get; private set; } = 3;
    public int Vendor { get; private set; }
    public int Product { get; private set; }
    public List<int> Properties { get; } = [];
    public List<int> Keys { get; } = [];
    public List<int> Relative { get; } = [];
    public List<RecordedAxis> Absolute { get; } = [];
    public List<string> Udev { get; } = [];
    public DeviceSettings Settings { get; private set; } = new();

    /// <summary>How it stands when it is opened.</summary>
    public RecordedState AtOpen { get; private set; } = new([], [], []);

    /// <summary>What it is to be taken for.</summary>
    public string Is { get; private set; } = "";

    /// <summary>What is to be said of it; "" when nothing is.</summary>
    public string Note { get; private set; } = "";

    /// <summary>
    /// False when what it says depends on the exact times of the recording, which no real device can keep, or it sends what no kernel would
    /// let through.
    /// </summary>
    public bool IsPlayable { get; private set; } = true;

    public List<RecordedStep> Steps { get; } = [];

    public static DeviceRecording Read(string file)
    {
        var recording = new DeviceRecording();
        foreach (var (i, text) in File.ReadLines(file).Index())
        {
            var line = text.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            try
            {
                recording.Take(i + 1, line);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or IndexOutOfRangeException)
            {
                throw new FormatException($"{Path.GetFileName(file)}:{i + 1}: {line}: {e.Message}");
            }
        }
        return recording;
    }

    private void Take(int number, string line)
    {
        var space = line.IndexOf(' ');
        var (word, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim());
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (word)
        {
            case "name": Name = rest; break;
            case "id": (Bus, Vendor, Product) = Id(rest); break;
            case "prop": Properties.AddRange(words.Select(Codes.Of)); break;
            case "key": Keys.AddRange(words.SelectMany(Range)); break;
            case "rel": Relative.AddRange(words.Select(Codes.Of)); break;
            case "abs": Absolute.Add(Axis(words)); break;
            case "udev": Udev.Add("E:" + rest); break;
            case "set": Settings = Set(words[0], words[1..]); break;
            case "open": AtOpen = State(rest); break;
            case "is": Is = rest; break;
            case "note": Note = rest; break;
            case "timed" or "unreal": IsPlayable = false; break;
            case "lost": Steps.Add(new RecordedStep(number, StepKind.Lost, Number(words[0]), [], State(rest[words[0].Length..]))); break;
            case "wait": Steps.Add(new RecordedStep(number, StepKind.Wait, Number(words[0]), [], null)); break;
            case "gone": Steps.Add(new RecordedStep(number, StepKind.Gone, 0, [], null)); break;
            case ">": Steps[^1].Expected.AddRange(rest.Split(';', StringSplitOptions.TrimEntries)); break;
            case ['@', .. var time]:
                Steps.Add(new RecordedStep(number, StepKind.Frame, Number(time), [.. Parts(rest).Select(Event)], null));
                break;
            default: throw new FormatException($"{word} is not a known word");
        }
    }

    private static string[][] Parts(string text) =>
        [.. text.Split(';').Select(part => part.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 0)];

    private static RecordedEvent Event(string[] words)
    {
        var (type, code) = Codes.Event(words[0]);
        return new RecordedEvent(type, code, words.Length > 1 ? Integer(words[1]) : 0);
    }

    private static (int Bus, int Vendor, int Product) Id(string text)
    {
        var parts = text.Split(':').Select(part => int.Parse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToArray();
        return (parts[0], parts[1], parts[2]);
    }

    private static IEnumerable<int> Range(string text)
    {
        var ends = text.Split("..").Select(Codes.Of).ToArray();
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    }

    private static RecordedAxis Axis(string[] words) => new(Codes.Of(words[0]), Integer(words[1]), Integer(words[2]),
        words.Length > 3 ? Integer(words[3]) : 0, words.Length > 4 ? Integer(words[4]) : 0);

    private static RecordedState State(string text)
    {
        var state = new RecordedState([], [], []);
        foreach (var words in Parts(text))
        {
            if (words[0] == "held") state.Held.UnionWith(words[1..].Select(Codes.Of));
            else if (words[0] == "slot") state.Slots[Integer(words[1])] = (Integer(words[2]), Integer(words[3]), Integer(words[4]));
            else state.Axes[Codes.Of(words[0])] = Integer(words[1]);
        }
        return state;
    }

    private DeviceSettings Set(string key, string[] words) => key switch
    {
        "ignore" => Settings with { Ignore = true },
        "role" => Settings with { Role = Enum.Parse<DeviceRole>(words[0], ignoreCase: true) },
        "rotate" => Settings with { Rotate = Integer(words[0]) },
        "swapXY" => Settings with { SwapXY = true },
        "invertX" => Settings with { InvertX = true },
        "invertY" => Settings with { InvertY = true },
        "calibration" when CalibrationMatrix.TryParse(string.Join(' ', words), out var matrix) => Settings with { Calibration = matrix },
        "range" => Settings with { Ranges = new AxisRanges(Integer(words[0]), Integer(words[1]), Integer(words[2]), Integer(words[3])) },
        "jitter" => Settings with { Jitter = Number(words[0]) },
        "minPressMs" => Settings with { MinPressMs = Integer(words[0]) },
        "minReleaseMs" => Settings with { MinReleaseMs = Integer(words[0]) },
        "median" => Settings with { Median = Integer(words[0]) },
        "variance" => Settings with { Variance = Number(words[0]) },
        "key" => Settings with
        {
            Keys = new Dictionary<KeyCode, KeyCode>(Settings.Keys ?? new Dictionary<KeyCode, KeyCode>())
            {
                [DeviceCodes.KeyOf(words[0])!.Value] = DeviceCodes.KeyOf(words[1])!.Value,
            },
        },
        "axis" when DeviceCodes.AxisOf(words[0]) is var (isAbsolute, axis) => Settings with
        {
            Axes = [.. Settings.Axes ?? [],
                new AxisMapping(isAbsolute, axis, AxisStep.Parse(words[1])!.Value, AxisStep.Parse(words[2])!.Value)],
        },
        "palm" => Settings with { Palm = new PalmFilter(Number(words[0]), Number(words[1])) },
        "edge" => Settings with { Edge = Number(words[0]) },
        "acceleration" => Settings with { Acceleration = Number(words[0]) },
        _ => throw new FormatException($"{key} is not a known setting"),
    };

    private static int Integer(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
