using System.Globalization;
using Mmm.Protocol;

namespace LibMmm.Tests;

/// <summary>Clients keep their picture and their sound while their host is killed and another one starts, many times in a row.</summary>
public class HandOverTests
{
    private const int Times = 100;
    private const int SIGUSR1 = 10;

    // The client in C# has 20 hosts, and 100 in ./test long: MMM_HAND_OVERS=100.
    private static readonly int s_timesCSharp =
        int.Parse(Environment.GetEnvironmentVariable("MMM_HAND_OVERS") ?? "20", CultureInfo.InvariantCulture);

    /// <summary>A program that draws and sounds, and how many hosts it has.</summary>
    private static (string Program, string[] Arguments, int Times) Client(string language) => language == "C"
        ? (Built.Program(Variant.Sanitized, "app"), ["sound"], Times)
        : (Path.Combine(AppContext.BaseDirectory, "SoundApp"), [], s_timesCSharp);

    private static int Read(string file, int offset)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = offset;
        var bytes = new byte[4];
        stream.ReadExactly(bytes);
        return BitConverter.ToInt32(bytes);
    }

    // Without a host the client draws its last frame and stops; the next host must show that frame. Then it goes on.
    private static int Pause(Child app)
    {
        var before = app.Output.Length;
        app.Signal(SIGUSR1);
        Wait.Until(() => app.Output.Length > before, "the last frame");
        return int.Parse(app.Output[^1].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static string FileOf(Child app)
    {
        Wait.Until(() => app.Output.Length > 0, "the client", () => string.Join(" | ", app.Errors));
        return app.Output[0].Split(' ')[1];
    }

    private static void GoOn(Child app, string file)
    {
        var read = Read(file, Abi.Lp64.PcmRead);
        Wait.Until(() => Read(file, Abi.Lp64.PcmRead) != read, "the sound");
        var frame = FirstPixel();
        app.Signal(SIGUSR1);
        Wait.Until(() => FirstPixel() != frame, "the next frame"); // else the signal could become one with the next one

        int FirstPixel() => Read(file, Read(file, Abi.Lp64.FbOffset));
    }

    [Theory]
    [InlineData("C")]
    [InlineData("C#")]
    public void A_client_with_a_bell_loses_neither_its_last_frame_nor_its_sound(string language)
    {
        var (program, arguments, times) = Client(language);
        using var host = new MmmHost(64, 48);
        var app = host.Run(program, arguments);
        var file = FileOf(app);
        for (var i = 0; i < times; i++)
        {
            host.WaitForClient("sound", c => c.Bell && c.Frames > 0);
            host.Process.Signal(Child.SIGKILL);
            host.Process.WaitForEnd();
            var last = Pause(app);
            host.Start();
            host.WaitForPixel(0, 0, last);
            GoOn(app, file);
        }
        Assert.All(app.Errors, l => Assert.StartsWith("mmm: ", l));
    }

    [Theory]
    [InlineData("C")]
    [InlineData("C#")]
    public void A_client_of_a_legacy_host_loses_neither_its_last_frame_nor_its_sound(string language)
    {
        var (program, arguments, times) = Client(language);
        using var host = new LegacyHost(64, 48);
        var app = host.Run(program, arguments);
        var file = FileOf(app);
        for (var i = 0; i < times; i++)
        {
            Wait.Until(() => host.Said("frame").Length > 1, "frames");
            host.Process.Signal(Child.SIGKILL);
            host.Process.WaitForEnd();
            var last = Pause(app);
            host.Start();
            host.WaitFor($"frame {last}");
            GoOn(app, file);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_CSharp_client_keeps_its_picture_and_gets_the_next_events(bool hasBell)
    {
        int[] colors = [0x203040, 0xFFC030];
        using var host = hasBell ? new MmmHost(64, 48) : null;
        using var legacy = hasBell ? null : new LegacyHost(64, 48);
        _ = host?.Run(Programs.Hello) ?? legacy!.Run(Programs.Hello);
        for (var i = 0; i < Times; i++)
        {
            Shows(i);
            if (host is not null)
            {
                host.WaitForClient("Hello", c => c.Bell);
                Assert.True(host.Ask("event", "Hello", "mouse-press 1 1").GetProperty("ok").GetBoolean());
            }
            else
            {
                legacy!.Tell("mouse-press 1 1");
            }
            Shows(i + 1);
            var process = host?.Process ?? legacy!.Process;
            process.Signal(Child.SIGKILL);
            process.WaitForEnd();
            host?.Start();
            legacy?.Start();
        }

        void Shows(int state)
        {
            host?.WaitForPixel(63, 47, colors[state % 2]);
            legacy?.WaitForLastPixel(colors[state % 2]);
        }
    }
}
