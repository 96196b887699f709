using Mmm;

namespace MmmApp1;

/// <summary>The app: the screen is a lamp that each touch, or the return key, turns on or off.</summary>
public sealed class Lamp(MmmClient client)
{
    public static readonly PixelColor On = PixelColor.FromRgb(0xFFC030), Off = PixelColor.FromRgb(0x203040);

    private bool _isOn;

    /// <summary>Draws, and reacts to events until the app is requested to end.</summary>
    public void Run()
    {
        Draw();
        foreach (var e in client.Events()) // sleeps until something happens
        {
            if (e is PointerPressed or KeyPressed { Name: "return" })
                _isOn = !_isOn;
            else if (e is not ClientResized)
                continue;
            Draw();
        }
    }

    private void Draw()
    {
        using var frame = client.BeginFrame();
        frame.Fill(_isOn ? On : Off);
        frame.Present();
    }
}
