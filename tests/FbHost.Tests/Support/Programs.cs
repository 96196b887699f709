using System.Diagnostics;

namespace FbHost.Tests.Support;

/// <summary>The programs under test and their helpers, all real files.</summary>
internal static class Programs
{
    private static readonly string Links = MakeLinks();

    /// <summary>The host: $MMM_HOST (the published mmm), else what was built with the tests.</summary>
    public static string Mmm => Path.Combine(Links, "mmm");

    /// <summary>What <see cref="Mmm"/> is a link to.</summary>
    public static string MmmFile => new FileInfo(Mmm).ResolveLinkTarget(true)!.FullName;

    /// <summary>The host is native code; the runtime of any other has parts that it loads by their names.</summary>
    public static bool IsPublished => !File.Exists(Path.ChangeExtension(MmmFile, null) + ".dll");

    /// <summary>The host published trimmed and self-contained, not as native code: $MMM_HOST_TRIMMED, else as <see cref="Mmm"/>.</summary>
    public static string MmmTrimmed => Given("MMM_HOST_TRIMMED") ?? Mmm;

    /// <summary>The same file by its other name.</summary>
    public static string Mmmctl => Path.Combine(Links, "mmmctl");

    /// <summary>A PATH in which mmm is found first.</summary>
    public static string PathWithMmm => $"{Links}:{Environment.GetEnvironmentVariable("PATH")}";

    /// <summary>The C# app with a bell: $MMM_HELLO, else as built.</summary>
    public static string Hello { get; } = Given("MMM_HELLO") ?? Path.Combine(AppContext.BaseDirectory, "Hello");

    /// <summary>The app that calibrates touch screens, as built.</summary>
    public static string Calibrate { get; } = Path.Combine(AppContext.BaseDirectory, "Calibrate");

    /// <summary>The hostile load of bench/, as built.</summary>
    public static string Soak { get; } = Path.Combine(AppContext.BaseDirectory, "Soak");

    /// <summary>raw_client.c, compiled here.</summary>
    public static string RawClient { get; } = Compile("raw_client");

    /// <summary>hostile.c, compiled here.</summary>
    public static string Hostile { get; } = Compile("hostile");

    /// <summary>hold.c, compiled here.</summary>
    public static string Hold { get; } = Compile("hold");

    /// <summary>no_pidfd.c: no_pidfd ENOSYS|EPERM PROGRAM ARGUMENTS.</summary>
    public static string NoPidfd { get; } = Compile("no_pidfd");

    /// <summary>fake_fb.c: fake_fb LOG PROGRAM ARGUMENTS.</summary>
    public static string FakeFramebuffer { get; } = Compile("fake_fb");

    /// <summary>denied_calls.c, compiled here.</summary>
    public static string DeniedCalls { get; } = Compile("denied_calls");

    /// <summary>fake_gpio.c: fake_gpio LOG PROGRAM ARGUMENTS.</summary>
    public static string FakeGpio { get; } = Compile("fake_gpio");

    /// <summary>True when a test can become another user and mount.</summary>
    public static bool IsRoot => Environment.UserName == "root";

    /// <summary>Fails a test that becomes another user or mounts when it cannot: it never passes without having looked.</summary>
    public static void NeedRoot() => Assert.True(IsRoot, "this test becomes another user, or mounts: run the tests as root");

    private static string? Given(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given : null;

    private static string MakeLinks()
    {
        var host = Given("MMM_HOST") ?? Path.Combine(AppContext.BaseDirectory, "FbHost");
        var links = Scratch();
        File.CreateSymbolicLink(Path.Combine(links, "mmm"), host);
        File.CreateSymbolicLink(Path.Combine(links, "mmmctl"), host);
        return links;
    }

    private static string Compile(string name)
    {
        var program = Path.Combine(Scratch(), name);
        var source = Path.Combine(AppContext.BaseDirectory, name + ".c");
        using var gcc = Process.Start("gcc", ["-Wall", "-Wextra", "-Werror", "-O1", "-o", program, source, "-lm", "-pthread"]);
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? program : throw new InvalidOperationException($"{name}.c does not compile");
    }

    private static string Scratch()
    {
        var path = Directory.CreateTempSubdirectory("mmm-test-programs-").FullName;
        File.SetUnixFileMode(path, (UnixFileMode)0x1ED); // 0755: also for the tests that run as another user
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        return path;
    }
}
