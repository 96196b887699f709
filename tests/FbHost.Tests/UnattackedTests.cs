namespace FbHost.Tests;

/// <summary>The measure of the hostile tests itself.</summary>
public class UnattackedTests
{
    [Fact]
    public void A_host_that_is_held_up_most_of_the_time_does_not_pass()
    {
        using var host = new MmmHost(width: 160, height: 120);
        host.Raw("--title Good animate");
        host.WaitForClient("Good");
        Unattacked.AssertKeepsRate(host, "Good");

        using var done = new ManualResetEventSlim();
        var holdUp = new Thread(() =>
        {
            do
            {
                host.Process.Signal(Child.SIGSTOP);
                done.Wait(900);
                host.Process.Signal(Child.SIGCONT);
            }
            while (!done.Wait(10)); // much longer on a busy machine
        });
        holdUp.Start();
        try
        {
            var failure = Assert.ThrowsAny<Exception>(() => Unattacked.AssertKeepsRate(host, "Good", TimeSpan.FromSeconds(2)));
            Assert.Contains("frames of those of a client without an attack", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            done.Set();
            holdUp.Join();
        }
    }
}
