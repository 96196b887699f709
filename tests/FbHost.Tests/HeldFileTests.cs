namespace FbHost.Tests;

/// <summary>A client that holds its own file's lock, or makes page faults in it wait, holds neither the others' pictures and sound nor the end.</summary>
public class HeldFileTests
{
    private const string Memory = "/dev/shm"; // a tmpfs, as /run is
    private const string Much = "400000000"; // bytes

    private static void Hold(MmmHost host, string title, string mode) =>
        host.Run(Programs.Hold, mode, host[host.Client(title)!.File], Much).WaitForOutput("holds");

    [Theory]
    [InlineData(Memory, "allocate")]
    [InlineData(Memory, "write")]
    [InlineData(Memory, "punch")]
    [InlineData("/tmp", "allocate")]
    [InlineData("/tmp", "write")]
    public void The_others_keep_their_rate_and_the_host_ends_when_told(string directory, string mode)
    {
        Programs.NeedRoot();
        using var host = new MmmHost(width: 160, height: 120, directory: directory);
        host.Raw("--title Good --size 64x48 --at 90,60 animate");
        host.Raw("--title Held --size 64x48 animate");
        host.WaitForClient("Good");
        host.WaitForClient("Held");
        Hold(host, "Held", mode);
        using var control = new ControlClient(host.Path); // of its own: a thread's answers are its own
        using var events = new Busy(() => control.Ask("event", "Held", "mouse-motion 1 1"));
        host.AssertKeepsShowing("Good");
        host.AssertKeepsShowing("Good");
        events.Dispose();
        if (mode == "write") // what it does to itself is its own, else
            host.AssertKeepsShowing("Held");
        Assert.Equal(0, host.Stop());
    }

    [Theory]
    [InlineData(Memory, "write")]
    [InlineData(Memory, "punch")]
    public void The_others_are_heard(string directory, string mode)
    {
        Programs.NeedRoot();
        using var host = new MmmHost(width: 160, height: 120, audio: "wav:", directory: directory);
        host.Raw("--title Held --size 64x48 pcm 1 48000 440 600000");
        host.WaitForClient("Held", c => c.Audio);
        Hold(host, "Held", mode);
        using var client = new HandMade(host, "heard", c =>
        {
            c.Poke(HandMade.PcmFormat, 3);
            c.Poke(HandMade.PcmRate, 48000);
            c.Poke(HandMade.PcmWrite, 4000);
        });
        Wait.Until(() => client.Peek(HandMade.PcmRead) == 4000, "the end of another client's frames", host.AllLog);
        Assert.Equal(0, host.Stop());
    }

    /// <summary>Does something again and again until it is disposed.</summary>
    private sealed class Busy : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _done;

        public Busy(Action action)
        {
            _thread = new Thread(() =>
            {
                while (!_done)
                    action();
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _done = true;
            _thread.Join();
        }
    }
}
