using Mmm;

namespace Displays;

/// <summary>What brings a picture to the screen.</summary>
internal enum Presentation
{
    /// <summary>Nothing new, or a flip is pending.</summary>
    Nothing,

    /// <summary>Copy the rectangles into the buffer that is shown.</summary>
    Front,

    /// <summary>Copy the rectangles into the other buffer and flip to it.</summary>
    Flip,
}

/// <summary>
/// The books of two buffers that follow one shadow: what neither has, and what only the shown one has. A small change goes straight into
/// the shown buffer, a large one into the other, which is then flipped to.
/// </summary>
internal sealed class BufferDamage(int width, int height)
{
    private const int SmallPart = 4; // changes below a quarter of the screen are small
    private readonly RectSet _unshown = new(); // in the shadow only
    private readonly RectSet _missed = new(); // in the front buffer (while a flip is pending: in the one flipped to), not in the back one
    private readonly RectSet _copy = new();

    /// <summary>A flip was begun: no buffer may be written until it is done.</summary>
    public bool FlipPending { get; private set; }

    /// <summary>What to copy out of the shadow, after <see cref="Next"/>.</summary>
    public ReadOnlySpan<Rect> Copy => _copy.Rects;

    /// <summary>The shadow was written there.</summary>
    public void Add(Rect rect) => _unshown.Add(rect);

    /// <summary>Both buffers hold anything: all is to be copied again.</summary>
    public void AddAll()
    {
        var all = new Rect(0, 0, width, height);
        _unshown.Add(all);
        _missed.Add(all);
    }

    /// <summary>Decides what is done now, and takes it for done.</summary>
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
        _missed.Add(_unshown); // what is front now will be back, without this
        _unshown.Clear();
        FlipPending = true;
        return Presentation.Flip;
    }

    /// <summary>The flip is done: front and back have changed places.</summary>
    public void Flipped() => FlipPending = false;

    /// <summary>The flip could not be begun, or never ends: front stays front.</summary>
    public void FlipFailed()
    {
        FlipPending = false;
        _unshown.Add(_missed);
        _missed.Clear();
    }
}
