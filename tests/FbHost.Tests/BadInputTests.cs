namespace FbHost.Tests;

/// <summary>What cannot be: a non-zero exit code and one line on stderr that names the thing, without a stack trace.</summary>
public class BadInputTests
{
    private static readonly string[] Quiet = ["--input", "none", "--audio", "none"];
    private static readonly string[] QuietMemory = ["--display", "memory:64x48", .. Quiet];

    internal static void AssertOneLine(Child program, params string[] parts) => AssertOneLineOf("mmm", program, parts);

    internal static void AssertOneLineOf(string name, Child program, params string[] parts)
    {
        var code = program.WaitForEnd();
        Assert.NotEqual(0, code);
        Assert.True(program.Errors.Length == 1, string.Join(" | ", program.Errors));
        Assert.StartsWith($"{name}: ", program.Errors[0]);
        Assert.All(parts, p => Assert.Contains(p, program.Errors[0]));
        Assert.DoesNotContain("unexpected", program.Errors[0]);
        Assert.DoesNotMatch(@"\b(IO|[A-Z][a-z]\w*)_[A-Z]", program.Errors[0]); // a resource's key in place of its text
    }

    private static void AssertRefused(string[] arguments, params string[] parts)
    {
        using var temp = new TempDirectory();
        string Expand(string s) => s.Replace("$TEMP", temp.Path).Replace("$RAW", Programs.RawClient);
        temp.Write("a-file", "hello");
        using var mmm = new Child(Programs.Mmm, arguments.Select(Expand), ("MMM_PATH", temp["clients"]));
        AssertOneLine(mmm, [.. parts.Select(Expand)]);
        Assert.False(File.Exists(temp["clients/.lock"]) || File.Exists(temp["clients/.host"]) || File.Exists(temp["clients/.control"]));
    }

    [Theory]
    [InlineData("--sideways", "--sideways is not a known option")]
    [InlineData("-x", "-x is not a known option")]
    [InlineData("--displya=memory:64x48", "--displya is not a known option; did you mean --display?")]
    public void An_unknown_option_is_named(string option, string part) => AssertRefused([option], part, "See mmm --help");

    [Theory]
    [InlineData("--config")]
    [InlineData("--display")]
    [InlineData("--input")]
    [InlineData("--audio")]
    [InlineData("--path")]
    [InlineData("-p")]
    public void An_option_without_its_value_is_named(string option) => AssertRefused([option], option, "See mmm --help");

    [Theory]
    [InlineData("nonsense",
        "--display is nonsense; it must be auto, drm:PATH[:CONNECTOR], fbdev:PATH, wayland[:WIDTHxHEIGHT], x11[:WIDTHxHEIGHT] or memory:")]
    [InlineData("memory:0x0", "width and height must be 1 to 16384")]
    [InlineData("memory:99999x99999", "width and height must be 1 to 16384")]
    [InlineData("memory:-1x5", "width and height must be 1 to 16384")]
    [InlineData("memory:640", "it must be")]
    [InlineData("memory:640x480:", "as for its format, it must be one of xrgb8888, ")]
    [InlineData("memory:640x480:rgb5", "as for its format, it must be one of xrgb8888, ")]
    [InlineData("memory:640x480:rgb565:x", "it must be")]
    [InlineData("memory:640x480@", "it must be")]
    [InlineData("memory:64x48@/nonexistent/fb", "/nonexistent/fb: the memory display cannot be created: No such file or directory")]
    [InlineData("memory:64x48@$TEMP", "$TEMP: the memory display cannot be created: Is a directory")]
    [InlineData("memory:64x48@/dev/null", "/dev/null: ")]
    [InlineData("fbdev:/nonexistent", "/nonexistent: no such device. To run without a display, use --display memory:800x480")]
    [InlineData("fbdev:/dev/null", "/dev/null: not a framebuffer")]
    [InlineData("fbdev:$TEMP", "$TEMP: Is a directory")]
    [InlineData("drm:/nonexistent", "/nonexistent: no such device. To run without a display, use --display memory:800x480")]
    [InlineData("drm:/dev/null:HDMI-A-1", "/dev/null: drives no display")]
    [InlineData("drm:$TEMP", "$TEMP: Is a directory")]
    [InlineData("drm:", "it must be")]
    public void A_display_that_cannot_be_had_is_named(string display, string part) => AssertRefused(["--display", display, .. Quiet], part);

    [Theory]
    [InlineData("/nonexistent", "input: /nonexistent: no such file; make a FIFO with mkfifo")]
    [InlineData("$TEMP/a-file", "input: $TEMP/a-file: cannot be waited for; it must be an input device or a FIFO")]
    [InlineData("/dev/null", "/dev/null: not an evdev device")]
    [InlineData("/dev/nonexistent", "/dev/nonexistent: no such device")]
    public void An_input_that_cannot_be_used_is_named(string input, string part) =>
        AssertRefused(["--display", "memory:64x48", "--audio", "none", "--input", input], part);

    [Fact]
    public void A_screen_too_small_to_touch_is_named()
    {
        using var temp = new TempDirectory();
        new Child("mkfifo", [temp["fifo"]]).WaitForEnd();
        using var mmm = new Child(Programs.Mmm,
            ["--display", "memory:1x1", "--audio", "none", "--input", temp["fifo"], "--path", temp["clients"]]);
        AssertOneLine(mmm, temp["fifo"]);
    }

    [Fact]
    public void An_unreadable_input_is_named()
    {
        Programs.NeedRoot();
        using var temp = new TempDirectory();
        File.SetUnixFileMode(temp.Path, (UnixFileMode)0x1FF);
        new Child("mkfifo", ["-m", "600", temp["fifo"]]).WaitForEnd();
        using var mmm = new Child("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups",
            Programs.Mmm, "--display", "memory:64x48", "--audio", "none", "--input", temp["fifo"], "--path", temp["clients"]]);
        AssertOneLine(mmm, $"{temp["fifo"]}: permission denied");
    }

    [Theory]
    [InlineData("nonsense", "--audio nonsense: not understood; use auto, none, alsa:NAME, alsa:card=NAME or wav:FILE")]
    [InlineData("alsa:nosuch", "nosuch")]
    [InlineData("alsa:", "not understood")]
    [InlineData("wav:/nonexistent/sound.wav", "/nonexistent/sound.wav: no such file or directory")]
    [InlineData("wav:$TEMP", "$TEMP: is a directory")]
    public void Sound_that_cannot_be_had_is_named(string audio, string part) =>
        AssertRefused(["--display", "memory:64x48", "--input", "none", "--audio", audio], part);

    [Theory]
    [InlineData("$TEMP/missing", "app missing: $TEMP/missing: No such file or directory; name a program that can be run")]
    [InlineData("no-such-program-anywhere", "app no-such-program-anywhere: no-such-program-anywhere: No such file or directory")]
    [InlineData("$TEMP/a-file", "app a-file: $TEMP/a-file: Permission denied")]
    [InlineData("$TEMP", "$TEMP: ")]
    public void An_app_that_cannot_be_run_is_named(string app, string part) => AssertRefused([.. QuietMemory, app], part);

    [Fact]
    public void A_directory_that_is_a_file_is_named()
    {
        AssertRefused([.. QuietMemory, "--path", "$TEMP/a-file"],
            "$TEMP/a-file: is a file; the clients' directory (--path) must be a directory");
        using var temp = new TempDirectory();
        using var mmm = new Child(Programs.Mmm, QuietMemory, ("MMM_PATH", temp.Write("file", "")));
        AssertOneLine(mmm, "(MMM_PATH) must be a directory");
    }

    [Theory]
    [InlineData("/proc/nonexistent/clients")]
    [InlineData("$TEMP/a-file/clients")]
    public void A_directory_that_cannot_be_made_is_named(string path) =>
        AssertRefused([.. QuietMemory, "--path", path], path + ": the clients' directory cannot be created: ");

    [Fact]
    public void A_directory_that_cannot_be_written_is_named()
    {
        Programs.NeedRoot();
        using var temp = new TempDirectory();
        File.SetUnixFileMode(temp.Path, (UnixFileMode)0x1ED);
        string[] asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", Programs.Mmm, .. QuietMemory, "--path"];
        using var inside = new Child("setpriv", [.. asNobody, temp["clients"]]);
        AssertOneLine(inside, $"{temp["clients"]}: the clients' directory cannot be created: Permission denied");
        using var itself = new Child("setpriv", [.. asNobody, temp.Path]);
        AssertOneLine(itself, $"{temp.Path}: cannot be served: Permission denied; choose another directory");
    }

    [Fact]
    public void A_full_disk_is_named_and_left_as_it_was()
    {
        Programs.NeedRoot();
        using var temp = new TempDirectory();
        Directory.CreateDirectory(temp["disk"]);
        Assert.Equal(0, new Child("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", temp["disk"]]).WaitForEnd());
        try
        {
            using var mmm = new Child(Programs.Mmm,
                ["--display", $"memory:640x480@{temp["disk/fb"]}", .. Quiet, "--path", temp["clients"]]);
            AssertOneLine(mmm, $"{temp["disk/fb"]}: 1,228,800 bytes for the memory display cannot be reserved: No space left on device");
            Assert.True(!File.Exists(temp["disk/fb"]) || new FileInfo(temp["disk/fb"]).Length == 0);
        }
        finally
        {
            Assert.Equal(0, new Child("umount", [temp["disk"]]).WaitForEnd());
        }
    }

    [Fact]
    public void Help_and_version_are_no_errors()
    {
        foreach (var option in new[] { "--help", "--version" })
        {
            using var mmm = new Child(Programs.Mmm, [option]);
            Assert.Equal(0, mmm.WaitForEnd());
            Assert.NotEmpty(mmm.Output);
            Assert.Empty(mmm.Errors);
        }
    }
}
