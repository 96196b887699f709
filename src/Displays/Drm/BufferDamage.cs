using Mmm;

namespace Displays;

/// <summary>The next step that brings the picture to the screen.</summary>
internal enum Presentation
{
    /// <summary>There is nothing to do: nothing has changed, or a flip is pending.</summary>
    Nothing,

    /// <summary>Copy the rectangles into the buffer that is shown.</summary>
    Front,

    /// <summary>Copy the rectangles into the other buffer and flip to it.</summary>
    Flip,
}

/// <summary>
/// Keeps track of two buffers that follow one shadow: which changes neither buffer has, and which ones only the shown buffer has. A small
/// change is copied directly into the shown buffer. A large change is copied into the other buffer, and the display then flips to it.
/// </summary>
internal sealed class BufferDamage(int width, int height)
{
    private const int SmallPart = 4; // changes below a quarter of the screen are small
    private readonly RectSet _unshown = new(); // changes in the shadow only
    private readonly RectSet _missed = new(); // changes that the front buffer (during a flip: its target) has and the back buffer lacks
    private readonly RectSet _copy = new();

    /// <summary>True while a flip is pending: no buffer may be written until it is done.</summary>
    public bool FlipPending { get; private set; }

    /// <summary>The rectangles to copy from the shadow after <see cref="Next"/>.</summary>
    public ReadOnlySpan<Rect> Copy => _copy.Rects;

    /// <summary>Records that this part of the shadow has been written.</summary>
    public void Add(Rect rect) => _unshown.Add(rect);

    /// <summary>Records that the content of both buffers is unknown, so that everything must be copied again.</summary>
    public void AddAll()
    {
        var all = new Rect(0, 0, width, height);
        _unshown.Add(all);
        _missed.Add(all);
    }

    /// <summary>Returns the next step. The caller must carry it out: it is recorded as done.</summary>
    public Presentation Next(bool mayFlip = true)
    {
        _copy.Clear();
        if (FlipPending || _unshown.IsEmpty)
            return Presentation.Nothing;
        _copy.Add(_unshown);
        if (!mayFlip || _unshown.Area * SmallPart < (long)width * height)
        {
            _missed.Add(_unshown);
            _unshown.Clear();
            return Presentation.Front;
        }
        _copy.Add(_missed);
        _missed.Clear();
        _missed.Add(_unshown); // the current front buffer becomes the back buffer and lacks these changes
        _unshown.Clear();
        FlipPending = true;
        return Presentation.Flip;
    }

    /// <summary>Records that the flip is done: front and back buffer have been exchanged.</summary>
    public void Flipped() => FlipPending = false;

    /// <summary>Records that the flip could not be started or did not end: the front buffer stays the same.</summary>
    public void FlipFailed()
    {
        FlipPending = false;
        _unshown.Add(_missed);
        _missed.Clear();
    }
}
