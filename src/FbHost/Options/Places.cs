using AlsaSink;
using static Tmds.Linux.LibC;

namespace FbHost.Options;

/// <summary>
/// What is wrong with the files, programs and devices that a configuration names, on this machine. Each method returns the end of a fault,
/// after "KEY is VALUE; ", or null.
/// </summary>
internal static class Places
{
    private const int MostBytes = 32 << 20;

    /// <summary>A file that the host reads.</summary>
    public static string? File(string path)
    {
        try
        {
            _ = WholeFile.Read(path, MostBytes);
            return null;
        }
        catch (IOException e)
        {
            return $"the file cannot be read: {IoFault.Text(e)}";
        }
    }

    /// <summary>A sound that the host plays.</summary>
    public static string? Wav(string path)
    {
        try
        {
            _ = WavReader.Read(path);
            return null;
        }
        catch (AudioException e)
        {
            return e.Message;
        }
    }

    /// <summary>A file that the host writes.</summary>
    public static string? NewFile(string path) => Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
        ? null : "there is no such directory; create it";

    /// <summary>A program that the host starts; without a slash, one of the directories in PATH has it.</summary>
    public static string? Program(string program) => ProgramFile.Find(program, out var error) is { } file ? ProgramFile.Fault(file)
        : error == -EACCES ? "the file is not executable; make it so (chmod +x)"
        : "there is no such program; name one that can be run";

    /// <summary>A display.</summary>
    public static string? Display(string display) =>
        DisplayChoice.Parse(display, out _) is { Kind: DisplayKind.Drm or DisplayKind.Fbdev } choice ? Device(choice.Path) : null;

    /// <summary>A device of "input.devices". A directory may be created later than the host.</summary>
    public static string? Input(string input) =>
        input is "auto" or "none" or "terminal" || input.EndsWith('/') || Directory.Exists(input) ? null : Device(input);

    /// <summary>An output of sound. Cards are not opened, because a running host may use them.</summary>
    public static string? Audio(AudioOptions audio) => audio.Kind == AudioKind.Wav ? NewFile(audio.Name) : null;

    /// <summary>A chip with GPIO lines.</summary>
    public static string? Chip(int chip) => Device($"/dev/gpiochip{chip}");

    /// <summary>The label of a chip with GPIO lines.</summary>
    public static string? ChipLabel(string label) =>
        GpioButtons.GpioChips.HasLabel(label) == false ? "no GPIO chip of this machine has this label" : null;

    /// <summary>A directory.</summary>
    public static string? Folder(string path) => Directory.Exists(path) ? null : "there is no such directory; create it";

    /// <summary>A file or directory.</summary>
    public static string? Existing(string path) => Path.Exists(path) ? null : "there is no such file or directory";

    /// <summary>A user, by name or number.</summary>
    public static string? User(string name) => UserTable.User(name) is null ? "this machine has no such user; create it (adduser)" : null;

    /// <summary>A group, by name or number.</summary>
    public static string? Group(string name) =>
        UserTable.Group(name) is null ? "this machine has no such group; create it (addgroup)" : null;

    /// <summary>A device node.</summary>
    public static string? Device(string path) => System.IO.File.Exists(path) ? null : $"there is no device {path} on this machine";

    /// <summary>An LED of the kernel.</summary>
    public static string? Led(string led) =>
        Directory.Exists($"/sys/class/leds/{led}") ? null : $"there is no such LED; /sys/class/leds has {Names("/sys/class/leds")}";

    /// <summary>A chip with PWM channels.</summary>
    public static string? PwmChip(int chip) => Directory.Exists($"/sys/class/pwm/pwmchip{chip}")
        ? null : $"there is no pwmchip{chip}; /sys/class/pwm has {Names("/sys/class/pwm")}";

    /// <summary>The names in a directory, for a message; "nothing" if there are none.</summary>
    public static string Names(string directory)
    {
        const int most = 16;
        string[] names = Directory.Exists(directory)
            ? [.. Directory.GetFileSystemEntries(directory).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal)] : [];
        return names.Length == 0 ? "nothing" : string.Join(", ", names.Take(most)) + (names.Length > most ? ", …" : "");
    }
}
