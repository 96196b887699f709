using System.Reflection;

namespace Mmm.Tests;

/// <summary>A client that is disposed touches no memory and no descriptor any more.</summary>
public sealed class DisposedTests : IDisposable
{
    private readonly MmmDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_member_but_Close_and_Dispose_says_that_the_client_is_disposed()
    {
        var client = _directory.OpenClient();
        var audio = client.Audio;
        client.Dispose();
        var calls = new Dictionary<string, Action>
        {
            ["Width"] = () => _ = client.Width,
            ["Height"] = () => _ = client.Height,
            ["FilePath"] = () => _ = client.FilePath,
            ["IsHostConnected"] = () => _ = client.IsHostConnected,
            ["Audio"] = () => _ = client.Audio,
            ["PollHandle"] = () => _ = client.PollHandle,
            ["Title"] = () => _ = client.Title,
            ["set Title"] = () => client.Title = "x",
            ["Position"] = () => _ = client.Position,
            ["set Position"] = () => client.Position = (1, 1),
            ["Z"] = () => _ = client.Z,
            ["BeginFrame"] = () => client.BeginFrame(),
            ["CanBeginFrame"] = () => _ = client.CanBeginFrame,
            ["SendMessage"] = () => client.SendMessage("x"),
            ["GetValue"] = () => client.GetValue("x"),
            ["SetValue"] = () => client.SetValue("x", "y"),
            ["Ask"] = () => client.Ask(EventKinds.Multitouch),
            ["Events"] = () => client.Events().GetEnumerator().MoveNext(),
            ["EventsAsync"] = () => client.EventsAsync().GetAsyncEnumerator().MoveNextAsync().AsTask().GetAwaiter().GetResult(),
            ["WaitEvent"] = () => client.WaitEvent(TimeSpan.Zero),
            ["TryReadEvent"] = () => client.TryReadEvent(out _),
            ["TryReadEventText"] = () => client.TryReadEventText(new byte[128]),
            ["Frames"] = () => client.Frames().GetEnumerator().MoveNext(),
            ["Every"] = () => client.Every(TimeSpan.FromSeconds(1)),
            ["Format"] = () => _ = audio.Format,
            ["set Format"] = () => audio.Format = PcmFormat.F32Mono,
            ["SampleRate"] = () => _ = audio.SampleRate,
            ["set SampleRate"] = () => audio.SampleRate = 44100,
            ["FillFrames"] = () => _ = audio.FillFrames,
            ["set FillFrames"] = () => audio.FillFrames = 1,
            ["QueuedFrames"] = () => _ = audio.QueuedFrames,
            ["FreeFrames"] = () => _ = audio.FreeFrames,
            ["Play"] = () => audio.Play(new short[2]),
            ["Play floats"] = () => audio.Play(new float[2]),
            ["Queue"] = () => audio.Queue(new byte[4]),
            ["add Fill"] = () => audio.Fill += _ => { },
            ["remove Fill"] = () => audio.Fill -= _ => { },
            ["add FillFloats"] = () => audio.FillFloats += _ => { },
            ["remove FillFloats"] = () => audio.FillFloats -= _ => { },
        };
        Assert.All(calls, call => Assert.Throws<ObjectDisposedException>(call.Value));
        var members = new[] { typeof(MmmClient), typeof(ClientAudio) }
            .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(m => m is PropertyInfo or EventInfo or MethodInfo { IsSpecialName: false }).Select(m => m.Name).Distinct();
        Assert.All(members.Except(["Close", "Dispose", "Post"]),
            name => Assert.True(calls.Keys.Any(k => k.Split(' ').Contains(name)), $"{name} is not tried"));
        client.Close();
        client.Dispose();
        client.Post(() => Assert.Fail("an action of a disposed client has run")); // from a thread that cannot know
    }

    [Fact]
    public void A_frame_of_a_disposed_client_cannot_be_drawn()
    {
        var client = _directory.OpenClient();
        var frame = client.BeginFrame();
        client.Dispose();
        frame.Dispose();
        try
        {
            frame.Fill(PixelColor.White);
            Assert.Fail("a frame of a disposed client was drawn");
        }
        catch (ObjectDisposedException)
        {
        }
    }

    // A span that was kept must not reach what the allocator has put at its addresses since.
    [Fact]
    public unsafe void The_addresses_of_pixels_are_not_given_to_other_memory()
    {
        var client = _directory.OpenClient("test", 512, 512);
        var pixels = client.BeginFrame().Pointer;
        client.Dispose();
        Assert.Contains(File.ReadLines("/proc/self/maps").Select(line => line.Split(' ')), line =>
        {
            var ends = line[0].Split('-').Select(end => Convert.ToUInt64(end, 16)).ToArray();
            return line[1] == "---p" && ends[0] <= (ulong)pixels && (ulong)(pixels + 512 * 512) <= ends[1];
        });
    }

    // Close comes from signals: at any time, and from another thread.
    [Fact]
    public void Close_while_the_client_is_disposed_writes_to_no_other_descriptor()
    {
        var innocent = _directory["innocent"];
        for (var i = 0; i < 100; i++)
        {
            var client = _directory.OpenClient();
            using var go = new Barrier(3);
            var closers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                go.SignalAndWait();
                for (var n = 0; n < 200; n++)
                    client.Close();
            })).ToArray();
            go.SignalAndWait();
            client.Dispose();
            var files = Enumerable.Range(0, 8)
                .Select(_ => File.OpenHandle(innocent, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite)).ToArray();
            Task.WaitAll(closers);
            Array.ForEach(files, file => file.Dispose());
            Assert.Equal(0, new FileInfo(innocent).Length);
        }
    }

    [Fact]
    public async Task Dispose_ends_a_wait_of_async_code()
    {
        var client = _directory.OpenClient();
        using var host = new FakeHost(_directory);
        var all = ReadAll();
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => all.WaitAsync(TimeSpan.FromSeconds(60)));

        async Task ReadAll()
        {
            await foreach (var _ in client.EventsAsync())
            {
            }
        }
    }
}
