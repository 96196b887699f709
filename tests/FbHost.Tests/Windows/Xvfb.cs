using System.Diagnostics;
using Desktop.X11;

namespace FbHost.Tests.Windows;

/// <summary>An X server without a screen and without a window manager.</summary>
public sealed class Xvfb : IDisposable
{
    public const int Width = 640, Height = 400;
    private readonly TempDirectory _temp = new();
    private Child? _process;

    public Xvfb() => Start();

    /// <summary>The server's display, as in ":99".</summary>
    public string Display { get; private set; } = "";

    public (string Name, string? Value)[] Environment => [("DISPLAY", Display), ("WAYLAND_DISPLAY", null), ("XAUTHORITY", null)];

    public void Start()
    {
        // The server chooses a free number, or takes the one that it had before.
        string[] number = Display.Length > 0 ? [Display] : [];
        _process = new Child("sh",
            ["-c", $"exec Xvfb \"$@\" -displayfd 3 -screen 0 {Width}x{Height}x24 -noreset 3>{_temp["display"]}", "sh", .. number]);
        Wait.Until(() => File.Exists(_temp["display"]) && File.ReadAllText(_temp["display"]).EndsWith('\n'), "the X server",
            () => string.Join(" | ", _process.Errors));
        Display = ":" + File.ReadAllText(_temp["display"]).Trim();
    }

    /// <summary>Ends the server.</summary>
    public void Stop()
    {
        _process!.Signal(Child.SIGTERM);
        _process.WaitForEnd();
        File.Delete(_temp["display"]);
    }

    internal Picture Screen() => Picture.OfPpm(Run("import", "-window", "root", "-depth", "8", "ppm:-"));

    /// <summary>Runs xdotool; returns what it prints.</summary>
    public string Xdotool(string commandLine) => System.Text.Encoding.UTF8.GetString(Run("xdotool", commandLine.Split(' '))).Trim();

    /// <summary>The number of the window with that title.</summary>
    public string WaitForWindow(string title)
    {
        var found = "";
        Wait.Until(() =>
        {
            using var search = new Child("xdotool", ["search", "--name", $"^{title}$"], Environment);
            search.WaitForEnd();
            found = search.Output.LastOrDefault() ?? "";
            return found.Length > 0;
        }, $"a window with the title {title}");
        return found;
    }

    /// <summary>Asks a window to close, as a window manager does.</summary>
    public void Close(string window)
    {
        using var x = new X11Connection(Display);
        var (protocols, delete) = (x.Atom("WM_PROTOCOLS"), x.Atom("WM_DELETE_WINDOW"));
        x.Begin(25).U32(uint.Parse(window)).U32(0).U8(33).U8(32).U16(0).U32(uint.Parse(window)).U32(protocols)
            .U32(delete).U32(0).U32(0).U32(0).U32(0).Send();
        x.Atom("WM_PROTOCOLS"); // its answer comes after the event was sent
    }

    private byte[] Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DISPLAY"] = Display;
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {errors.Result}");
        return output.ToArray();
    }

    public void Dispose()
    {
        _process?.Dispose();
        _temp.Dispose();
    }
}
