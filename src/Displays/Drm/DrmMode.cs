using System.Globalization;
using static Displays.LinuxDrm;

namespace Displays;

/// <summary>A mode that is wished for: 1280x720, or 1280x720@60.</summary>
/// <param name="Width">Pixels, 1..16384.</param>
/// <param name="Height">Pixels, 1..16384.</param>
/// <param name="Hz">Frames a second, rounded; 0: any.</param>
internal sealed record DrmMode(int Width, int Height, int Hz)
{
    /// <summary>Null when it is neither WIDTHxHEIGHT nor WIDTHxHEIGHT@HZ.</summary>
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
    /// The wished one, or without a wish one of the size that there was before, or the preferred one; -1: not among them.
    /// </summary>
    public static int Choose(ReadOnlySpan<drm_mode_modeinfo> modes, DrmMode? wish, (int Width, int Height)? before)
    {
        var i = wish is null && before is var (width, height) ? Find(modes, new DrmMode(width, height, 0)) : -1;
        return i >= 0 ? i : Find(modes, wish);
    }

    /// <summary>The wished one, or without a wish the preferred one; -1: not among them.</summary>
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

    // The kernel lists the largest and fastest first.
    private static int Rank(in drm_mode_modeinfo m) =>
        ((m.type & DRM_MODE_TYPE_PREFERRED) != 0 ? 2 : 0) + ((m.flags & DRM_MODE_FLAG_INTERLACE) == 0 ? 1 : 0);

    /// <summary>Frames in 1000 seconds, as the kernel's drm_mode_vrefresh counts them; 60,000 when the mode does not say.</summary>
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

    /// <summary>1280x720@60.</summary>
    public static string Name(in drm_mode_modeinfo m) => $"{m.hdisplay}x{m.vdisplay}@{(MilliHz(m) + 500) / 1000}";

    public override string ToString() => Hz > 0 ? $"{Width}x{Height}@{Hz}" : $"{Width}x{Height}";
}
