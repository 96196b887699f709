namespace Deploy.Tests;

/// <summary>A release that does not run is taken back: the former one runs again, and the user reads why, and what the app said.</summary>
public sealed class FailedReleaseTests
{
    [Theory]
    [InlineData("crash", "it ended with SIGSEGV before its first frame", "mode crash")]
    [InlineData("exit 7", "it ended with exit code 7 before its first frame", "mode exit 7")]
    [InlineData("later 3", @"it ended with exit code 3 after \d+ s", "out of luck")]
    [InlineData("hang", "app has shown no frame in 10 s", "mode hang")]
    [InlineData("freeze ff0000", "it is frozen: for 10 s it has drawn nothing and read no event", "mode freeze ff0000")]
    [InlineData("no program", "it ended with .* before its first frame", null)]
    public void It_is_taken_back(string mode, string reason, string? lastLine)
    {
        using var device = new LoopbackDevice();
        using var app = new TestApp("show 00ff00");
        var good = device.MustPush(app);
        app.Mode = mode;
        if (mode == "no program")
            app.Break();

        var result = device.Push(app);

        Assert.Equal(1, result.ExitCode);
        var failed = result.Error.Split('\n')[^2];
        Assert.Matches($@"^deploy/push: App-\S+ does not run on 127\.0\.0\.1: {reason}; switched back to {good}$", failed);
        if (lastLine is not null)
            Assert.Contains(result.Error.Split('\n'), line => line.TrimEnd() == $"127.0.0.1  | {lastLine}");
        Assert.Equal(good, device.Current());
        Wait.Until(() => device.Shell("mmmctl clients").Contains("raw", StringComparison.Ordinal), "the former release", () => device.Log);
        var status = device.Deploy("status").Output;
        Assert.Matches($@"(?m)^127\.0\.0\.1:\d+ +app +{good} ", status);
        Assert.Matches($"(?m)app: App-\\S+ failed: {reason}$", status);

        // It is kept for looking at, it alone.
        Assert.StartsWith(failed.Split(' ')[1] + ".failed", device.Shell("ls /var/lib/mmm-apps/app/releases | grep failed"));
        Assert.Equal("no", device.Shell("[ -e /var/lib/mmm-apps/app/trial ] && echo yes || echo no"));
        using var next = new TestApp("show 0000ff");
        device.MustPush(next);
    }
}
