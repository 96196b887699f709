using Mmm;

namespace View.Host;

/// <summary>Somebody who sees the screen. The methods are called by the thread of <see cref="ScreenLink"/>.</summary>
internal interface IViewer
{
    /// <summary>The screen has other memory, perhaps of another size, and is to be shown anew.</summary>
    void Replaced(PixelMap pixels);

    /// <summary>Parts of the screen have changed.</summary>
    void Damaged(ReadOnlySpan<Rect> rects);

    /// <summary>Whether the viewer has shown everything and waits for more.</summary>
    bool IsWaiting { get; }
}
