using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FbHost.Tests;

/// <summary>A host with two well-behaved clients, one of either kind; the hostile tests share it.</summary>
public sealed class BusyHost : IDisposable
{
    internal MmmHost Host { get; } = new(width: 160, height: 120, audio: "wav:");

    public BusyHost()
    {
        Host.Raw("--title Good --size 64x48 --at 90,60 animate");
        Host.WaitForClient("Good");
    }

    public void Dispose() => Host.Dispose();
}

/// <summary>
/// Files in MMM_PATH that are no clients or lie: each is named once with the reason, the host lives, the others keep their rate.
/// </summary>
public partial class HostileFileTests(BusyHost busy) : IClassFixture<BusyHost>
{
    private readonly MmmHost _host = busy.Host;

    [LibraryImport("libc")]
    private static partial int fcntl(int fd, int command, int argument);

    private void AssertNamedOnce(string name, string why)
    {
        bool Names(string line) => line.Contains(name, StringComparison.Ordinal) && !line.EndsWith(", polled", StringComparison.Ordinal);
        Wait.Until(() => _host.Log.Any(Names), $"a line that names {name}");
        _host.AssertKeepsShowing("Good");
        Assert.Contains(why, Assert.Single(_host.Log, Names), StringComparison.Ordinal);
        Assert.Null(_host.Client(name));
        Assert.False(_host.Process.HasEnded);
    }

    [Fact]
    public void A_fifo_is_not_served()
    {
        new Child("mkfifo", [_host["a-fifo"]]).WaitForEnd();
        AssertNamedOnce("a-fifo", "a-fifo is not served: a FIFO");
    }

    [Fact]
    public void A_directory_is_not_served()
    {
        Directory.CreateDirectory(_host["a-directory"]);
        AssertNamedOnce("a-directory", "a-directory is not served: a directory");
    }

    [Fact]
    public void A_symbolic_link_is_not_followed()
    {
        File.WriteAllText(_host.Temp["outside"], "outside");
        File.CreateSymbolicLink(_host["a-link"], _host.Temp["outside"]);
        AssertNamedOnce("a-link", "a-link is not served: a symbolic link");
        Assert.Equal("outside", File.ReadAllText(_host.Temp["outside"]));
    }

    [Fact]
    public void A_hard_link_is_not_served()
    {
        File.WriteAllText(_host.Temp["other"], "other");
        new Child("ln", [_host.Temp["other"], _host["a-hard-link"]]).WaitForEnd();
        AssertNamedOnce("a-hard-link", "a-hard-link is not served: a file with several names");
        Assert.Equal("other", File.ReadAllText(_host.Temp["other"]));
    }

    [Fact]
    public void A_socket_is_not_served()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_host["a-socket"]));
        AssertNamedOnce("a-socket", "a-socket is not served: a socket");
    }

    [Theory]
    [InlineData("ten-bytes", 10)]
    [InlineData("zeros", 1_000_000)]
    [InlineData("empty", 0)]
    public void A_file_that_never_becomes_a_client_is_left_alone(string name, int length)
    {
        File.WriteAllBytes(_host[name], new byte[length]);
        AssertNamedOnce(name, "is not a client yet");
    }

    [Fact]
    public void A_name_that_is_no_text_is_told_without_its_control_characters()
    {
        Directory.CreateDirectory(_host["red\u001b[31m\u0007"]);
        _host.WaitForLog("[31m");
        Assert.DoesNotContain(_host.Log, l => l.Contains('\u001b') || l.Contains('\u0007'));
    }

    [Theory]
    [InlineData("width-100000", HandMade.Width, 100_000, "its size is 100000x30")]
    [InlineData("width-minus-1", HandMade.Width, -1, "its size is -1x30")]
    [InlineData("width-0", HandMade.Width, 0, "its size is 0x30")]
    [InlineData("height-100000", HandMade.Height, 100_000, "its size is 40x100000")]
    [InlineData("height-minus-1", HandMade.Height, -1, "its size is 40x-1")]
    [InlineData("height-16384", HandMade.Height, 16384, "are needed")]
    [InlineData("stride-negative", HandMade.Stride, -160, "its stride is -160")]
    [InlineData("stride-small", HandMade.Stride, 159, "its stride is 159")]
    [InlineData("stride-huge", HandMade.Stride, int.MaxValue - 3, "are needed")]
    [InlineData("stride-odd", HandMade.Stride, 161, "its stride is 161")]
    [InlineData("offset-negative", HandMade.FbOffset, -1, "its pixels begin at -1")]
    [InlineData("offset-huge", HandMade.FbOffset, int.MaxValue, "are needed")]
    public void A_picture_that_cannot_be_drops_its_client(string name, int field, int value, string why)
    {
        using var client = new HandMade(_host, name, c => c.Poke(field, value));
        AssertNamedOnce(name, why);
    }

    [Theory]
    [InlineData("fb-block", 0xa8, 1234, "its FB block is 1,234 bytes long")]
    [InlineData("pid-minus-1", HandMade.Pid, -1, "its pid is -1")]
    [InlineData("pid-lowest", HandMade.Pid, int.MinValue, "its pid is -2147483648")]
    public void Headers_that_cannot_be_are_not_served(string name, int field, int value, string why)
    {
        using var client = new HandMade(_host, name, c => c.Poke(field, value));
        AssertNamedOnce(name, why);
    }

    [Theory]
    [InlineData("messages-read-5", HandMade.MessagesRead, -5)]
    [InlineData("messages-read-32767", HandMade.MessagesRead, 32767)]
    [InlineData("messages-write-5", HandMade.MessagesWrite, -5)]
    [InlineData("messages-write-32767", HandMade.MessagesWrite, 32767)]
    public void Impossible_message_indices_drop_the_client(string name, int field, int value)
    {
        using var client = new HandMade(_host, name, c => c.Poke(field, (short)value));
        AssertNamedOnce(name, "dropped: its message ring has the indices");
    }

    [Theory]
    [InlineData("events-read-5", HandMade.EventsRead, -5)]
    [InlineData("events-read-32767", HandMade.EventsRead, 32767)]
    [InlineData("events-write-5", HandMade.EventsWrite, -5)]
    [InlineData("events-write-32767", HandMade.EventsWrite, 32767)]
    public void Impossible_event_indices_drop_the_client_at_the_next_event(string name, int field, int value)
    {
        using var client = new HandMade(_host, name, c => c.Poke(field, (short)value));
        _host.WaitForClient(name);
        Assert.False(_host.Ask("event", name, "a").GetProperty("ok").GetBoolean());
        AssertNamedOnce(name, "dropped: its event ring has the indices");
    }

    [Theory]
    [InlineData("not-a-number", double.NaN)]
    [InlineData("infinite", double.NegativeInfinity)]
    [InlineData("far", 1e300)]
    public void A_position_that_is_no_place_does_no_harm(string name, double x)
    {
        using var client = new HandMade(_host, name, c => c.Poke(HandMade.X, x));
        _host.WaitForClient(name);
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void Impossible_damage_and_value_counts_do_no_harm()
    {
        using var client = new HandMade(_host, "damage", c => c.Poke(HandMade.ValueCount, int.MaxValue));
        _host.WaitForClient("damage");
        foreach (var n in new[] { int.MinValue, int.MaxValue, -1, 0 })
        {
            var frames = _host.Client("damage")!.Frames;
            for (var i = 0; i < 4; i++)
                client.Poke(HandMade.Damage + 4 * i, n);
            client.Present();
            _host.WaitForClient("damage", c => c.Frames > frames);
        }
        _host.AssertKeepsShowing("Good");
    }

    [Theory]
    [InlineData("truncated-0", 0)]
    [InlineData("truncated-4096", 4096)]
    [InlineData("truncated-pixels", HandMade.Pixels + 100)]
    public void Truncated_client_is_dropped_and_others_keep_running(string name, int length)
    {
        using var client = new HandMade(_host, name);
        _host.WaitForClient(name);
        client.Truncate(length);
        if (length > HandMade.Flip)
            client.Present();
        AssertNamedOnce(name, $"{name} (pid {Environment.ProcessId}) dropped: its file ends at {length:N0} bytes");
    }

    [Fact]
    public void A_truncated_client_under_another_is_dropped_when_its_pixels_are_needed()
    {
        using var low = new HandMade(_host, "truncated-low");
        _host.WaitForClient("truncated-low");
        using (var top = new HandMade(_host, "top"))
        {
            _host.WaitForClient("top");
            low.Truncate(HandMade.Pixels + 8);
        }
        AssertNamedOnce("truncated-low", "dropped: its file ends at");
    }

    [Fact]
    public void A_removed_client_disappears_at_once()
    {
        using var client = new HandMade(_host, "removed");
        _host.WaitForClient("removed");
        _host.WaitForPixel(1, 1, 0xffffff);
        File.Delete(client.Path);
        _host.WaitForNoClient("removed");
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_file_that_replaces_a_client_is_served_in_its_place()
    {
        using var client = new HandMade(_host, "replaced");
        _host.WaitForClient("replaced");
        using var other = new HandMade(_host, "replacement", c => c.Poke(HandMade.Width, 20));
        _host.WaitForClient("replacement");
        File.Move(other.Path, client.Path, overwrite: true);
        _host.WaitForClient("replaced", c => c.Width == 20 || c.Name == "replacement");
        Wait.Until(() => _host.Clients.Count(c => c.Name is "replaced" or "replacement") == 1, "one of the two");
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_client_is_deleted_when_its_process_has_died()
    {
        using var process = new Child("sleep", ["1000"]);
        using var client = new HandMade(_host, "fb.dead", c => c.Poke(HandMade.Pid, process.Pid));
        _host.WaitForClient("fb.dead");
        process.Signal(Child.SIGKILL);
        Wait.Until(() => !File.Exists(client.Path), "the file's end");
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void Somebodys_recording_that_looks_like_a_client_of_a_dead_process_is_not_deleted()
    {
        using var process = new Child("sleep", ["1000"]);
        using var recording = new HandMade(_host, "take-1.wav", c => c.Poke(HandMade.Pid, process.Pid));
        using var client = new HandMade(_host, "fb.dead-too", c => c.Poke(HandMade.Pid, process.Pid));
        _host.WaitForClient("take-1.wav");
        _host.WaitForClient("fb.dead-too");
        process.Signal(Child.SIGKILL);
        Wait.Until(() => !File.Exists(client.Path), "the end of the client's file");
        _host.WaitForNoClient("take-1.wav");
        Assert.True(File.Exists(recording.Path));
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_file_whose_process_nobody_has_seen_is_left_where_it_is()
    {
        using var dead = new Child("true", []);
        dead.WaitForEnd();
        using var file = new HandMade(_host, "fb.older", c => c.Poke(HandMade.Pid, dead.Pid));
        _host.WaitForLog("fb.older is not served: there is no process");
        Assert.True(File.Exists(file.Path));
        _host.AssertKeepsShowing("Good");
    }

    [Fact]
    public void A_client_whose_file_cannot_be_opened_for_a_while_is_served_then()
    {
        const int F_SETSIG = 10, F_SETLEASE = 1024, F_WRLCK = 1, F_UNLCK = 2, SIGURG = 23;
        using (var client = new HandMade(_host.Temp["client"], "leased"))
            File.Copy(client.Path, _host.Temp["leased"]); // only who alone has it open gets a lease
        using var file = File.OpenHandle(_host.Temp["leased"]);
        var fd = (int)file.DangerousGetHandle();
        Assert.Equal((0, 0), (fcntl(fd, F_SETSIG, SIGURG), fcntl(fd, F_SETLEASE, F_WRLCK)));
        File.Move(_host.Temp["leased"], _host["leased"]);
        _host.WaitForLog("leased cannot be opened: Resource temporarily unavailable; trying again");
        _host.AssertKeepsShowing("Good");
        Assert.Equal(0, fcntl(fd, F_SETLEASE, F_UNLCK));
        _host.WaitForClient("leased");
    }

    [Fact]
    public void A_client_with_the_pid_of_another_process_is_shown_and_harms_nobody()
    {
        using var init = new HandMade(_host, "pid-1", c => c.Poke(HandMade.Pid, 1));
        using var hosts = new HandMade(_host, "pid-of-the-host", c => c.Poke(HandMade.Pid, _host.Process.Pid));
        _host.WaitForClient("pid-1");
        _host.WaitForClient("pid-of-the-host");
        File.Delete(init.Path);
        File.Delete(hosts.Path);
        _host.WaitForNoClient("pid-1");
        _host.WaitForNoClient("pid-of-the-host");
        _host.AssertKeepsShowing("Good");
    }

    [Theory]
    [InlineData("format-99", HandMade.PcmFormat, 99, "its PCM format is 99")]
    [InlineData("rate-0", HandMade.PcmRate, 0, "its sample rate is 0")]
    [InlineData("rate-minus-1", HandMade.PcmRate, -1, "its sample rate is -1")]
    [InlineData("rate-billion", HandMade.PcmRate, 1_000_000_000, "its sample rate is 1,000,000,000")]
    [InlineData("read-outside", HandMade.PcmRead, 8192, "its PCM ring has the frames 8192")]
    [InlineData("write-outside", HandMade.PcmWrite, -1, "its PCM ring has the frames 0 and -1")]
    public void Impossible_sound_is_silent_and_the_picture_is_shown(string name, int field, int value, string why)
    {
        using var client = new HandMade(_host, "sound-" + name, c =>
        {
            c.Poke(HandMade.PcmFormat, 3);
            c.Poke(HandMade.PcmRate, 48000);
            c.Poke(HandMade.PcmWrite, 1000);
            c.Poke(field, value);
        });
        _host.WaitForClient("sound-" + name);
        _host.WaitForLog($"sound-{name} (pid {Environment.ProcessId}) is silent: {why}");
        _host.AssertKeepsShowing("Good");
        Assert.Equal(1, _host.CountLog($"sound-{name} (pid {Environment.ProcessId}) is silent"));
    }

    [Fact]
    public void Sound_that_turns_impossible_while_it_plays_and_samples_that_are_no_numbers_do_no_harm()
    {
        using var client = new HandMade(_host, "sound-turns", c =>
        {
            c.Poke(HandMade.PcmFormat, 1);
            c.Poke(HandMade.PcmRate, 48000);
            var samples = new byte[32768];
            for (var i = 0; i < samples.Length; i += 4)
                BitConverter.TryWriteBytes(samples.AsSpan(i),
                    (i / 4 % 4) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => 1e30f, _ => -1e30f });
            c.Poke(HandMade.PcmBuffer, samples);
            c.Poke(HandMade.PcmWrite, 4000);
        });
        _host.WaitForClient("sound-turns", c => c.Audio);
        Wait.Until(() => client.Peek(HandMade.PcmRead) == 4000, "the end of the samples");
        client.Poke(HandMade.PcmWrite, 1_000_000);
        _host.WaitForLog("sound-turns (pid");
        Wait.Until(() => _host.CountLog("is silent: its PCM ring has the frames 4000 and 1000000") == 1, "the reason",
            () => string.Join(" | ", _host.Log.TakeLast(3)));
        client.Poke(HandMade.PcmWrite, 100);
        Wait.Until(() => client.Peek(HandMade.PcmRead) == 100, "sound again");
        _host.AssertKeepsShowing("Good");
    }
}
