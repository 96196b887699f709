using System.Diagnostics;
using System.Text.Json;

namespace FbHost.Tests.Windows;

/// <summary>
/// A sway on a screen in memory, as another user, since it refuses root. Windows have no borders, and fill the screen if they may.
/// </summary>
public sealed class Sway : IDisposable
{
    public const int Width = 640, Height = 400;
    private const string Nobody = "65534";
    private readonly TempDirectory _temp = new();
    private Child? _process;

    public Sway()
    {
        Programs.NeedRoot();
        _temp.Write("config", $"""
            output HEADLESS-1 mode {Width}x{Height}
            output HEADLESS-1 bg #204060 solid_color
            default_border none
            default_floating_border none
            focus_follows_mouse no
            """);
        Call("chown", "-R", Nobody, _temp.Path);
        Start();
    }

    /// <summary>The environment of a client.</summary>
    public (string Name, string? Value)[] Environment =>
        [("XDG_RUNTIME_DIR", _temp.Path), ("WAYLAND_DISPLAY", "wayland-1"), ("DISPLAY", null)];

    /// <summary>The path of the compositor's socket.</summary>
    public string Socket => _temp["wayland-1"];

    public void Start()
    {
        _process = new Child("setpriv", [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "env", $"HOME={_temp.Path}",
            $"XDG_RUNTIME_DIR={_temp.Path}", "WLR_BACKENDS=headless", "WLR_RENDERER=pixman", "WLR_LIBINPUT_NO_DEVICES=1",
            "sway", "-c", _temp["config"]]);
        Wait.Until(() => File.Exists(Socket) && IpcSocket is not null && Message("-t", "get_outputs").Contains("HEADLESS-1"),
            "sway", () => string.Join(" | ", _process.Errors));
    }

    /// <summary>Kills the compositor, as after a fault.</summary>
    public void Kill()
    {
        var ipc = IpcSocket;
        _process!.Dispose();
        File.Delete(Socket);
        File.Delete(Socket + ".lock");
        if (ipc is not null)
            File.Delete(ipc);
    }

    private string? IpcSocket => Directory.GetFiles(_temp.Path, "sway-ipc.*").FirstOrDefault();

    /// <summary>Runs swaymsg; returns what it prints.</summary>
    public string Message(params string[] arguments) =>
        System.Text.Encoding.UTF8.GetString(Run("swaymsg", ["--socket", IpcSocket!, .. arguments]));

    /// <summary>Runs a program as a client of the compositor; returns its output.</summary>
    public byte[] Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {errors.Result}{System.Text.Encoding.UTF8.GetString(output.ToArray())}");
        return output.ToArray();
    }

    /// <summary>What the screen shows, without the pointer.</summary>
    internal Picture Screen() => Picture.OfPpm(Run("grim", "-t", "ppm", "-"));

    /// <summary>The window of a host: its title, its place and whether it covers the screen; null if there is none.</summary>
    internal (string Name, int X, int Y, int Width, int Height, bool FullScreen)? Window()
    {
        using var tree = JsonDocument.Parse(Message("-t", "get_tree"));
        return Find(tree.RootElement);

        static (string, int, int, int, int, bool)? Find(JsonElement node)
        {
            if (node.TryGetProperty("app_id", out var id) && id.GetString() == "mmm")
            {
                var rect = node.GetProperty("rect");
                return (node.GetProperty("name").GetString()!, Get("x"), Get("y"), Get("width"), Get("height"),
                    node.GetProperty("fullscreen_mode").GetInt32() != 0);

                int Get(string name) => rect.GetProperty(name).GetInt32();
            }
            foreach (var kind in (ReadOnlySpan<string>)["nodes", "floating_nodes"])
            {
                foreach (var child in node.GetProperty(kind).EnumerateArray())
                {
                    if (Find(child) is { } found)
                        return found;
                }
            }
            return null;
        }
    }

    private static void Call(string program, params string[] arguments) =>
        Assert.Equal(0, new Child(program, arguments).WaitForEnd());

    public void Dispose()
    {
        _process?.Dispose();
        _temp.Dispose();
    }
}
