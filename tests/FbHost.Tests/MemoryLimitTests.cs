using System.Net.Sockets;

namespace FbHost.Tests;

/// <summary>A host that has little memory, as in a service with a limit.</summary>
public class MemoryLimitTests
{
    [Fact]
    public void With_64_MB_clients_and_questions_of_any_number_do_not_end_the_host()
    {
        using var group = new MemoryGroup(64 << 20);
        using var host = new MmmHost(width: 1920, height: 1080, start: false) { Launcher = group.Launcher };
        host.Start();
        Assert.Contains(host.Process.Pid, group.Processes);
        host.Raw("--title Good --size 64x48 animate");
        host.WaitForClient("Good");

        var large = Enumerable.Range(0, 20).Select(i => new HandMade(host, $"large-{i}", c => // each as large as the screen
        {
            c.Poke(HandMade.Width, host.Width);
            c.Poke(HandMade.Height, host.Height);
            c.Poke(HandMade.Stride, 4 * host.Width);
            c.Truncate(HandMade.Pixels + 4 * host.Width * host.Height);
        })).ToList();
        large.ForEach(c => host.WaitForClient(c.Name));
        var greedy = Enumerable.Range(0, 20).Select(_ => new ControlClient(host.Path)).ToList();
        greedy.ForEach(Ask);
        host.AssertKeepsShowing("Good");
        large.ForEach(c => c.Present());
        host.AssertKeepsShowing("Good");
        Assert.Equal(0, group.Killed);
        Assert.False(host.Process.HasEnded);

        greedy.ForEach(c => c.Dispose());
        large.ForEach(c => c.Dispose());
        Wait.Until(() => host.Ctl("screenshot", host.Temp["screen.png"]).WaitForEnd() == 0, "a screenshot");
        Assert.Equal(0, host.Stop());
        Assert.Equal(0, group.Killed);
    }

    // For screenshots that nobody reads.
    private static void Ask(ControlClient client)
    {
        try
        {
            for (var i = 0; i < 20; i++)
                client.TrySend("[\"screenshot\"]\n"u8.ToArray());
        }
        catch (SocketException)
        {
            // The host takes no more of them.
        }
    }
}
