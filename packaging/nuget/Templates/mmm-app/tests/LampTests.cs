using Mmm.Testing;

namespace MmmApp1.Tests;

public sealed class LampTests
{
    [Fact]
    public void A_touch_turns_the_lamp_on()
    {
        using var host = new TestHost();
        using var client = host.Open("MmmApp1");
        var run = Task.Run(new Lamp(client).Run);

        var screen = host.WaitForClient();
        screen.WaitFor(picture => picture[10, 10] == Lamp.Off);
        screen.Tap(100, 60);
        screen.WaitFor(picture => picture[10, 10] == Lamp.On);

        client.Close();
        run.Wait(host.Options.Patience);
    }
}
