using System.Globalization;
using static Displays.LinuxDrm;

namespace Displays;

/// <summary>A requested mode: 1280x720, or 1280x720@60.</summary>
/// <param name="Width">The width in pixels, 1..16384.</param>
/// <param name="Height">The height in pixels, 1..16384.</param>
/// <param name="Hz">The frames per second, rounded; 0 for any rate.</param>
internal sealed record DrmMode(int Width, int Height, int Hz)
{
    /// <summary>Parses WIDTHxHEIGHT or WIDTHxHEIGHT@HZ. Returns null if the text has another form.</summary>
    public static DrmMode? Parse(string text)
    {
        var at = text.IndexOf('@');
        var hz = 0;
        if (at >= 0 && !(Number(text[(at + 1)..], out hz) && hz is >= 1 and <= 1000))
            return null;
        var size = (at < 0 ? text : text[..at]).Split('x');
        return size.Length == 2 && Number(size[0], out var w) && Number(size[1], out var h)
            && w is >= 1 and <= IDisplay.MaxSide && h is >= 1 and <= IDisplay.MaxSide ? new DrmMode(w, h, hz) : null;
    }

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>
    /// Returns the index of the requested mode. If none is requested, the index of a mode with the previous size, else of the preferred
    /// mode. Returns -1 if there is no such mode.
    /// </summary>
    public static int Choose(ReadOnlySpan<drm_mode_modeinfo> modes, DrmMode? wish, (int Width, int Height)? before)
    {
        var i = wish is null && before is var (width, height) ? Find(modes, new DrmMode(width, height, 0)) : -1;
        return i >= 0 ? i : Find(modes, wish);
    }

    /// <summary>
    /// Returns the index of the requested mode, or of the preferred mode if none is requested; -1 if there is no such mode.
    /// </summary>
    public static int Find(ReadOnlySpan<drm_mode_modeinfo> modes, DrmMode? wish)
    {
        var found = -1;
        for (var i = 0; i < modes.Length; i++)
        {
            var m = modes[i];
            if (wish is not null
                && (m.hdisplay != wish.Width || m.vdisplay != wish.Height || (wish.Hz > 0 && wish.Hz != (MilliHz(m) + 500) / 1000)))
                continue;
            if (found < 0 || Rank(m) > Rank(modes[found]))
                found = i;
        }
        return found;
    }

    /// <summary>
    /// Returns the index of the best mode for a picture of that size that another output shows first: the preferred mode; without one, the
    /// smallest in which the picture fits, else the largest.
    /// </summary>
    /// <param name="modes">One mode or more.</param>
    /// <param name="width">The width of the picture.</param>
    /// <param name="height">The height of the picture.</param>
    public static int FindFor(ReadOnlySpan<drm_mode_modeinfo> modes, int width, int height)
    {
        var best = Find(modes, null);
        if (Rank(modes[best]) > 1)
            return best;
        for (var i = 0; i < modes.Length; i++)
        {
            var (fits, bestFits) = (Fits(modes[i]), Fits(modes[best]));
            if ((fits && !bestFits) || (fits == bestFits && (Pixels(modes[i]) < Pixels(modes[best])) == fits))
                best = i;
        }
        return best;

        bool Fits(in drm_mode_modeinfo m) => m.hdisplay >= width && m.vdisplay >= height;

        static int Pixels(in drm_mode_modeinfo m) => m.hdisplay * m.vdisplay;
    }

    // Prefers the mode that the user gave the kernel (video=HDMI-A-1:1024x768@60), then the preferred mode, then a progressive one. Of
    // equal modes the first is used: the kernel lists the largest and fastest first.
    private static int Rank(in drm_mode_modeinfo m) =>
        ((m.type & DRM_MODE_TYPE_USERDEF) != 0 ? 4 : 0)
        + ((m.type & DRM_MODE_TYPE_PREFERRED) != 0 ? 2 : 0) + ((m.flags & DRM_MODE_FLAG_INTERLACE) == 0 ? 1 : 0);

    /// <summary>
    /// Returns the frames in 1000 seconds as the kernel's drm_mode_vrefresh does; 60,000 if the mode does not state them.
    /// </summary>
    public static int MilliHz(in drm_mode_modeinfo m)
    {
        var pixels = (long)m.htotal * m.vtotal * Math.Max(1, (int)m.vscan);
        if (pixels == 0 || m.clock == 0)
            return m.vrefresh > 0 ? (int)Math.Min(m.vrefresh, 1000) * 1000 : 60_000;
        var milliHz = m.clock * 1_000_000L / pixels;
        milliHz = (m.flags & DRM_MODE_FLAG_INTERLACE) != 0 ? milliHz * 2 : milliHz;
        milliHz = (m.flags & DRM_MODE_FLAG_DBLSCAN) != 0 ? milliHz / 2 : milliHz;
        return (int)Math.Clamp(milliHz, 1000, 1_000_000);
    }

    /// <summary>Returns the mode's name, such as 1280x720@60.</summary>
    public static string Name(in drm_mode_modeinfo m) => $"{m.hdisplay}x{m.vdisplay}@{(MilliHz(m) + 500) / 1000}";

    public override string ToString() => Hz > 0 ? $"{Width}x{Height}@{Hz}" : $"{Width}x{Height}";
}
