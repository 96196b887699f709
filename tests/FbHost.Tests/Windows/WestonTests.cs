namespace FbHost.Tests.Windows;

/// <summary>The host as a window of weston, which has no decorations of its own and places windows anywhere.</summary>
public class WestonTests
{
    [Fact]
    public void A_window_shows_the_apps_picture()
    {
        using var temp = new TempDirectory();
        using var weston = new Child("weston",
            ["--backend=headless-backend.so", "--use-pixman", "--width=800", "--height=480", "--socket=weston", "--debug", "--idle-time=0"],
            ("XDG_RUNTIME_DIR", temp.Path), ("WAYLAND_DISPLAY", null), ("DISPLAY", null));
        Wait.Until(() => weston.HasEnded || File.Exists(temp["weston"]), "weston");
        (string, string?)[] environment = [("XDG_RUNTIME_DIR", temp.Path), ("WAYLAND_DISPLAY", "weston")];
        using var host = new MmmHost(window: "wayland:200x100", start: false) { Environment = environment };
        host.Start();
        host.Raw("--size 200x100 color ff00ff");
        host.WaitForClient("raw");
        Wait.Until(() => Bounds(Screenshot()) is (200, 100, 200 * 100), "a rectangle of 200x100", () => $"{Bounds(Screenshot())}");

        Picture Screenshot()
        {
            using var shot = new Child("sh",
                ["-c", $"cd {temp.Path} && rm -f *.png && weston-screenshooter && convert wayland-screenshot*.png -depth 8 ppm:shot.ppm"],
                environment);
            Assert.True(shot.WaitForEnd() == 0, string.Join(" | ", shot.Errors));
            return Picture.OfPpm(File.ReadAllBytes(temp["shot.ppm"]));
        }

        static (int Width, int Height, int Pixels) Bounds(Picture picture)
        {
            int[] at = [.. Enumerable.Range(0, picture.Pixels.Length).Where(i => picture.Pixels[i] == 0xff00ff)];
            return at.Length == 0 ? default
                : (at.Max(i => i % picture.Width) - at.Min(i => i % picture.Width) + 1,
                    at.Max(i => i / picture.Width) - at.Min(i => i / picture.Width) + 1, at.Length);
        }
    }
}
