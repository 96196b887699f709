namespace Board.Tests;

/// <summary>
/// Publish folders for the board, and of the host for this machine: NAME-arm64 and host-x64 below the folder that MMM_PUBLISHED names, or
/// else published here into out/publish.
/// </summary>
internal sealed class Programs(string repo)
{
    private readonly string? _given = Environment.GetEnvironmentVariable("MMM_PUBLISHED") is { Length: > 0 } folder ? folder : null;

    public string Host { get; private set; } = "";

    /// <summary>For this machine.</summary>
    public string HostHere { get; private set; } = "";

    public string View { get; private set; } = "";

    public string Clock { get; private set; } = "";

    public string Hello { get; private set; } = "";

    public string ToneApp { get; private set; } = "";

    public string DrawApp { get; private set; } = "";

    public string UinputReplay { get; private set; } = "";

    public void Provide()
    {
        Host = Provide("host", "src/FbHost/FbHost.csproj");
        HostHere = Provide("host", "src/FbHost/FbHost.csproj", "x64");
        View = Provide("View", "src/View/View.csproj");
        Clock = Provide("Clock", "src/Apps/Clock/Clock.csproj");
        Hello = Provide("Hello", "src/Apps/Hello/Hello.csproj");
        ToneApp = Provide("ToneApp", "tests/Board/ToneApp/ToneApp.csproj");
        DrawApp = Provide("DrawApp", "tests/Board/DrawApp/DrawApp.csproj");
        UinputReplay = Provide("UinputReplay", "tests/Board/UinputReplay/UinputReplay.csproj");
    }

    private string Provide(string name, string project, string machine = "arm64")
    {
        if (_given is not null)
        {
            var ready = Path.Combine(_given, $"{name}-{machine}");
            return Directory.Exists(ready)
                ? ready
                : throw new DirectoryNotFoundException($"MMM_PUBLISHED names {_given}, which has no {name}-{machine}");
        }
        var folder = Path.Combine(repo, "out/publish", $"{name}-{machine}");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Command.Require("dotnet",
            ["publish", Path.Combine(repo, project), "-c", "Release", "-r", $"linux-{machine}", "-o", folder, "--nologo", "-v", "quiet"],
            TimeSpan.FromMinutes(10));
        return folder;
    }
}
