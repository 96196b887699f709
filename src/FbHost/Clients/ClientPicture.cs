using System.Numerics;
using System.Runtime.InteropServices;
using FbHost.Screens;
using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;

namespace FbHost.Clients;

/// <summary>One client's picture on the screen.</summary>
internal sealed class ClientPicture(ClientFile file) : Surface(SurfaceLevel.Client)
{
    private const int CachedPixels = 32 * 1024; // 128 KB
    private readonly PictureScaler _scaler = new();
    private Rect _outOfTurn; // from the top left of the bounds

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
        var damage = Place.ToScreen(frame.DamageInside());
        var again = _outOfTurn.Offset(Bounds.X, Bounds.Y).Intersect(Bounds);
        _outOfTurn = default;
        return damage.Union(again);
    }

    /// <summary>Where the picture is.</summary>
    public Placement Place { get; private set; }

    /// <summary>Takes over a checked state, and the place of the picture.</summary>
    public void Update(in ClientState state, in Placement place) => (State, Place, Bounds) = (state, place, place.Bounds);

    /// <summary>Returns true if the geometry or the place differs from what is shown.</summary>
    public bool Differs(in ClientState state, in Placement place) =>
        state.Width != State.Width || state.Height != State.Height || state.Stride != State.Stride || state.FbOffset != State.FbOffset
        || place != Place;

    public override bool Draw(Rect onScreen, Span<uint> pixels, int stride) => Place.IsScaled
        ? _scaler.Draw(Place, onScreen, pixels, stride, ReadWhole)
        : Read(onScreen.Offset(-Bounds.X, -Bounds.Y), pixels, stride);

    private bool ReadWhole(Rect part, Span<uint> pixels) => Read(part, pixels, part.Width);

    // Rows are read and then changed while they are in the cache.
    private bool Read(Rect all, Span<uint> pixels, int stride)
    {
        var rows = Math.Max(1, CachedPixels / Math.Max(1, all.Width));
        for (var y = 0; y < all.Height; y += rows)
        {
            var part = all with { Y = all.Y + y, Height = Math.Min(rows, all.Height - y) };
            var band = pixels[(y * stride)..];
            if (!file.ReadPixels(State, part, band, stride))
            {
                Failed = true;
                return false;
            }
            for (var row = 0; row < part.Height; row++)
                Finish(band.Slice(row * stride, part.Width));
        }
        return true;
    }

    // Sets the X bytes, whatever the client wrote there: hardware may use them as alpha.
    private void Finish(Span<uint> row)
    {
        if (file.PixelFormat == PixelFormat.Rgba)
        {
            foreach (ref var p in row)
                p = 0xFF000000 | (p & 0xFF00) | (p & 0xFF) << 16 | (p >> 16 & 0xFF);
            return;
        }
        var vectors = MemoryMarshal.Cast<uint, Vector<uint>>(row);
        foreach (ref var v in vectors)
            v |= new Vector<uint>(0xFF000000);
        foreach (ref var p in row[(vectors.Length * Vector<uint>.Count)..])
            p |= 0xFF000000;
    }
}
