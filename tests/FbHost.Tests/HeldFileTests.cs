using System.Runtime.InteropServices;

namespace FbHost.Tests;

/// <summary>
/// A client that holds its own file's lock, or makes page faults in it wait, holds neither the others' pictures and sound nor the end.
/// </summary>
public partial class HeldFileTests
{
    private const string Memory = "/dev/shm"; // a tmpfs, as /run is
    private const string Much = "400000000"; // bytes

    private static void Hold(MmmHost host, string title, string mode) => Hold(host, title, mode, out _);

    private static void Hold(MmmHost host, string title, string mode, out Child hold)
    {
        hold = host.Run(Programs.Hold, mode, host[host.Client(title)!.File], Much);
        hold.WaitForOutput("holds");
    }

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

    [Fact]
    public void A_limit_on_the_length_of_files_below_a_clients_ends_nobody()
    {
        using var host = new MmmHost(width: 40, height: 30, audio: "wav:");
        Limit(host.Process.Pid, 100_000);
        host.Raw("--title Good --size 40x30 animate");
        host.Raw("--title Sounds --size 8x8 pcm 1 48000 440 600000");
        host.WaitForClient("Sounds", c => c.Audio);
        Wait.Until(() => new FileInfo(host.Sound).Length >= 99_000, "a file of sound as long as it may be", host.AllLog);
        host.AssertKeepsShowing("Good");
        Assert.Equal(0, host.Stop());
    }

    // RLIMIT_FSIZE of a process that runs: the runtime itself starts only without.
    private static unsafe void Limit(int pid, ulong bytes)
    {
        const int RLIMIT_FSIZE = 1;
        var limits = stackalloc ulong[2] { bytes, bytes };
        Assert.Equal(0, prlimit(pid, RLIMIT_FSIZE, limits, null));
    }

    [LibraryImport("libc")]
    private static unsafe partial int prlimit(int pid, int resource, ulong* limits, ulong* before);

    [Fact]
    public void A_client_whose_file_cannot_be_removed_for_its_lock_is_held_stops_nobody()
    {
        Programs.NeedRoot();
        using var host = new MmmHost(width: 160, height: 120, directory: Memory);
        host.Raw("--title Good --size 64x48 --at 90,60 animate");
        using var client = host.Raw("--title Held --size 64x48 animate");
        host.WaitForClient("Good");
        var file = host[host.WaitForClient("Held").File];
        Hold(host, "Held", "write", out var hold);
        client.Signal(Child.SIGKILL);
        host.WaitForNoClient("Held");
        host.AssertKeepsShowing("Good");
        Assert.True(File.Exists(file));
        hold.Dispose();
        Wait.Until(() => !File.Exists(file), "the file's end");
        Assert.Equal(0, host.Stop());
    }

    [Theory]
    [InlineData(Memory)]
    [InlineData("/tmp")]
    public void Who_holds_the_directory_keeps_new_clients_out_and_holds_up_nobody_else(string directory)
    {
        Programs.NeedRoot();
        using var host = new MmmHost(width: 160, height: 120, directory: directory);
        host.Raw("--title Good --size 64x48 --at 90,60 animate");
        using var leaves = host.Raw("--title Leaves --size 64x48 animate");
        using var client = new HandMade(host, "polled");
        host.WaitForClient("Good");
        host.WaitForClient("Leaves");
        host.WaitForClient("polled");
        using var early = HandMade.Connect(host);
        using (var hold = host.Run(Programs.Hold, "list", host.Path, "0"))
        {
            hold.WaitForOutput("holds");
            early.Send("mmm 1 not-there"u8.ToArray()); // has the host look for a name
            host.AssertKeepsShowing("Good");
            leaves.Signal(Child.SIGKILL); // its file cannot be removed now
            host.WaitForNoClient("Leaves");
            client.Present();
            Wait.Until(() => client.Peek(HandMade.Flip) != HandMade.WaitFlip, "a frame of a client that is polled", host.AllLog);
            host.AssertKeepsShowing("Good");
        }
        Assert.Equal("mmm 1 error not-there is not a client file that this host serves", HandMade.Answer(early));
        host.Raw("--title Later color ff0000");
        host.WaitForClient("Later");
        Assert.Equal(0, host.Stop());
    }

    [Fact]
    public void A_host_ends_in_order_while_somebody_holds_the_directory()
    {
        Programs.NeedRoot();
        using var host = new MmmHost(width: 160, height: 120, directory: Memory);
        host.Raw("--title Good --size 64x48 --at 90,60 animate");
        host.WaitForClient("Good");
        using (var hold = host.Run(Programs.Hold, "list", host.Path, "0"))
        {
            hold.WaitForOutput("holds");
            host.Process.Signal(Child.SIGTERM);
            // The last line: all is put back. The kernel lets no process go while a thread of it waits for a lock.
            host.WaitForLog("dropped clients");
        }
        Assert.Equal(0, host.Process.WaitForEnd());
    }
}
