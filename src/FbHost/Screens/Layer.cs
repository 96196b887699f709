using Mmm;
using Mmm.Host;

namespace FbHost.Screens;

/// <summary>One client's picture on the screen.</summary>
internal sealed class Layer(ClientFile file)
{
    /// <summary>The geometry that is shown: checked, but the file may have shrunk since.</summary>
    public ClientState State { get; private set; }

    /// <summary>Where it lies on the screen.</summary>
    public Rect Bounds { get; private set; }

    /// <summary>Set when its pixels could not be read: the client is broken.</summary>
    public bool Failed { get; private set; }

    // Painted out of turn, perhaps while the client drew: painted once more with its next frame.
    private Rect _exposed;

    /// <summary>Notes that a part of the screen was painted without a frame of the client's.</summary>
    public void Expose(Rect onScreen) => _exposed = _exposed.Union(onScreen.Offset(-Bounds.X, -Bounds.Y));

    /// <summary>What was painted out of turn since the last frame, in the picture.</summary>
    public Rect TakeExposed()
    {
        var exposed = _exposed.Intersect(new Rect(0, 0, Bounds.Width, Bounds.Height));
        _exposed = default;
        return exposed;
    }

    /// <summary>Takes over a checked state.</summary>
    public void Update(in ClientState state)
    {
        State = state;
        var (x, y) = state.Position;
        Bounds = new Rect(x, y, state.Width, state.Height);
    }

    /// <summary>True when the state has another place or geometry than what is shown.</summary>
    public bool Differs(in ClientState state) =>
        state.Width != State.Width || state.Height != State.Height || state.Stride != State.Stride || state.FbOffset != State.FbOffset
        || state.Position != State.Position;

    /// <summary>Reads a part of the screen that lies inside <see cref="Bounds"/> as XRGB8888.</summary>
    public bool Read(Rect onScreen, Span<uint> to, int stride)
    {
        var inPicture = onScreen.Offset(-Bounds.X, -Bounds.Y);
        if (!file.ReadPixels(State, inPicture, to, stride))
        {
            Failed = true;
            return false;
        }
        if (file.PixelFormat == PixelFormat.Rgba)
            SwapRedAndBlue(to[..(stride * (onScreen.Height - 1) + onScreen.Width)]);
        return true;
    }

    private static void SwapRedAndBlue(Span<uint> pixels)
    {
        foreach (ref var p in pixels)
            p = (p & 0xFF00FF00) | (p & 0xFF) << 16 | (p >> 16 & 0xFF);
    }
}
