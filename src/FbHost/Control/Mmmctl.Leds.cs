namespace FbHost.Control;

// The output of mmmctl about LEDs.
internal static partial class Mmmctl
{
    private static void Led(ControlClient host, string[] words, bool asJson)
    {
        var leds = host.Ask(["led", .. words]).List("leds");
        if (words.Length > 0)
            return;
        if (asJson)
            Console.WriteLine(Answer.ToJson(leds));
        else
            Table([["NAME", "STATE", "OUTPUT", "FAULT"],
                .. leds.Select(l => new[] { l.Text("name"), l.Text("state"), l.Text("output"), l.Text("fault") })]);
    }
}
