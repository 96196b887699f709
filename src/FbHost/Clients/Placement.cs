using Mmm;

namespace FbHost.Clients;

/// <summary>How the pictures of an app are placed on the screen.</summary>
internal enum PlaceRule
{
    /// <summary>At the place that the client chooses if it may, else at the top left.</summary>
    TopLeft,

    /// <summary>In the middle.</summary>
    Center,

    /// <summary>Enlarged by the largest whole number with which it fits, in the middle.</summary>
    Scale,

    /// <summary>As large as the screen allows with the same proportions, filtered, in the middle.</summary>
    Fit,
}

/// <summary>Where a picture is on the screen.</summary>
/// <param name="Bounds">The pixels of the screen.</param>
/// <param name="Width">The picture's own width in pixels, 1 or more.</param>
/// <param name="Height">The picture's own height in pixels, 1 or more.</param>
/// <param name="IsFiltered">True if pixels between others are mixed from them; false if the nearest one is used.</param>
internal readonly record struct Placement(Rect Bounds, int Width, int Height, bool IsFiltered)
{
    /// <summary>True if the picture has another size on the screen.</summary>
    public bool IsScaled => Bounds.Width != Width || Bounds.Height != Height;

    /// <summary>Returns where a picture is by a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="picture">The size of the picture, 1x1 or more.</param>
    /// <param name="at">Where the client's own place is.</param>
    /// <param name="screen">The size of the screen.</param>
    public static Placement Of(PlaceRule rule, (int Width, int Height) picture, (int X, int Y) at, (int Width, int Height) screen)
    {
        var (width, height) = picture;
        if (rule == PlaceRule.TopLeft)
            return new Placement(new Rect(at.X, at.Y, width, height), width, height, IsFiltered: false);
        var (across, down) = ((double)screen.Width / width, (double)screen.Height / height);
        var factor = rule switch
        {
            PlaceRule.Scale => Math.Max(1, Math.Floor(Math.Min(across, down))),
            PlaceRule.Fit => Math.Min(across, down),
            _ => 1,
        };
        var (w, h) = (Math.Max(1, (int)Math.Round(width * factor)), Math.Max(1, (int)Math.Round(height * factor)));
        return new Placement(new Rect((screen.Width - w) / 2, (screen.Height - h) / 2, w, h), width, height, rule == PlaceRule.Fit);
    }

    /// <summary>Returns the pixel of the picture that is at a pixel of the screen, also for one beside the picture.</summary>
    public (int X, int Y) ToPicture(int x, int y) => IsScaled
        ? (Floor((long)(x - Bounds.X) * Width, Bounds.Width), Floor((long)(y - Bounds.Y) * Height, Bounds.Height))
        : (x - Bounds.X, y - Bounds.Y);

    /// <summary>Returns the pixels of the screen that a part of the picture affects.</summary>
    public Rect ToScreen(Rect part)
    {
        if (!IsScaled)
            return part.Offset(Bounds.X, Bounds.Y);
        var around = IsFiltered ? 1 : 0; // neighbouring pixels are mixed with it
        var (left, top) = (Floor((long)(part.X - around) * Bounds.Width, Width), Floor((long)(part.Y - around) * Bounds.Height, Height));
        var right = -Floor(-(long)(part.Right + around) * Bounds.Width, Width);
        var bottom = -Floor(-(long)(part.Bottom + around) * Bounds.Height, Height);
        return new Rect(Bounds.X + left, Bounds.Y + top, right - left, bottom - top).Intersect(Bounds);
    }

    private static int Floor(long a, int b) => (int)((a - (a < 0 ? b - 1 : 0)) / b);
}
