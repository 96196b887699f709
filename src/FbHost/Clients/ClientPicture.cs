using FbHost.Screens;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;

namespace FbHost.Clients;

/// <summary>One client's picture on the screen.</summary>
internal sealed class ClientPicture(ClientFile file) : Surface(SurfaceLevel.Client)
{
    private Rect _outOfTurn; // in the picture's coordinates

    /// <summary>The state whose geometry is shown. It was checked, but the file may have been truncated since.</summary>
    public ClientState State { get; private set; }

    /// <summary>True if the pixels could not be read: the client is broken.</summary>
    public bool Failed { get; private set; }

    // The client may have been drawing at that time, so this part is painted again with the next frame.
    public override void PaintedOutOfTurn(Rect onScreen) => _outOfTurn = _outOfTurn.Union(onScreen.Offset(-Bounds.X, -Bounds.Y));

    /// <summary>
    /// Returns the part of the screen that a new frame changes: the frame's damage, and the parts that were painted out of turn since the
    /// last frame.
    /// </summary>
    public Rect TakeDamage(in ClientState frame)
    {
        var damage = frame.DamageInside().Union(_outOfTurn.Intersect(new Rect(0, 0, Bounds.Width, Bounds.Height)));
        _outOfTurn = default;
        return damage.Offset(Bounds.X, Bounds.Y);
    }

    /// <summary>Takes over a checked state. The picture's top left corner is at the given pixel of the screen.</summary>
    public void Update(in ClientState state, (int X, int Y) at)
    {
        State = state;
        Bounds = new Rect(at.X, at.Y, state.Width, state.Height);
    }

    /// <summary>Returns true if the geometry or the place differs from what is shown.</summary>
    public bool Differs(in ClientState state, (int X, int Y) at) =>
        state.Width != State.Width || state.Height != State.Height || state.Stride != State.Stride || state.FbOffset != State.FbOffset
        || at != (Bounds.X, Bounds.Y);

    public override bool Draw(Rect onScreen, Span<uint> pixels, int stride)
    {
        if (!file.ReadPixels(State, onScreen.Offset(-Bounds.X, -Bounds.Y), pixels, stride))
        {
            Failed = true;
            return false;
        }
        if (file.PixelFormat == PixelFormat.Rgba)
        {
            for (var y = 0; y < onScreen.Height; y++)
                SwapRedAndBlue(pixels.Slice(y * stride, onScreen.Width));
        }
        return true;
    }

    private static void SwapRedAndBlue(Span<uint> row)
    {
        foreach (ref var p in row)
            p = (p & 0xFF00FF00) | (p & 0xFF) << 16 | (p >> 16 & 0xFF);
    }
}
