using System.Buffers.Binary;
using System.Text;
using FbHost.Screens;
using Mmm;
using View.Host;

namespace View.Rfb;

/// <summary>
/// One RFB viewer after the handshake. One task reads its messages, another sends updates: what has changed since the last one, when the
/// viewer is ready. So a slow viewer gets fewer updates, each with the newest picture.
/// </summary>
internal sealed partial class RfbSession : IViewer
{
    private const int MostFence = 64, MostUnanswered = 2, MostOut = 128 * 1024, MostFences = 16;
    private const uint FenceRequest = 1u << 31, FenceKnown = 7, OwnFence = 0x6D6D6D76;
    private readonly Stream _stream;
    private readonly ByteReader _reader;
    private readonly ScreenLink _link;
    private readonly SessionInput? _input; // null for one who may only see
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Region _damage = new();
    private readonly Region _part = new();
    private readonly OutBuffer _replies = new(); // whole messages that wait to be sent
    private readonly OutBuffer _out = new();
    private readonly UpdateWriter _writer = new();
    private PixelMap _pixels = null!; // set when the viewer is added to the link
    private PixelFormat _format = PixelFormat.Native;
    private Encodings _encodings = new();
    private bool _isRequested; // an incremental update
    private Rect _area; // that the viewer requested, or has continuously
    private bool _isContinuous;
    private bool _sizeChanged;
    private bool _owesCursor;
    private bool _owesKeys;
    private int _sizeReason; // of ExtendedDesktopSize; and the status
    private int _sizeStatus;
    private int _unanswered; // fences of this side
    private bool _isEnding;

    private RfbSession(Stream stream, ByteReader reader, ScreenLink link, bool mayControl)
    {
        (_stream, _reader, _link) = (stream, reader, link);
        _input = mayControl ? new SessionInput(link) : null;
    }

    /// <summary>Serves a viewer until it leaves.</summary>
    public static async Task Run(
        Stream stream, ByteReader reader, ScreenLink link, bool mayControl, CancellationToken helloTimeout)
    {
        var session = new RfbSession(stream, reader, link, mayControl);
        await session._reader.U8(helloTimeout); // ClientInit: whether others may see as well, which they may
        link.Add(session);
        var sending = Task.CompletedTask;
        try
        {
            await link.Known.WaitAsync(helloTimeout);
            await session.Greet();
            sending = session.Send();
            await session.Read();
        }
        finally
        {
            link.Remove(session);
            session._input?.ReleaseAll();
            lock (session._lock)
                session._isEnding = true;
            session._wake.Release();
            stream.Close();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            session._writer.Dispose();
        }
    }

    private async Task Greet()
    {
        var name = Encoding.UTF8.GetBytes("mmm");
        lock (_lock)
        {
            _out.U16(_pixels.Width);
            _out.U16(_pixels.Height);
            _sizeChanged = false;
        }
        PixelFormat.Native.Write(_out);
        _out.U32((uint)name.Length);
        _out.Bytes(name);
        await _stream.WriteAsync(_out.Memory);
        _out.Clear();
    }

    /// <inheritdoc/>
    public bool IsWaiting
    {
        get
        {
            lock (_lock)
                return IsReady && IsIdle;
        }
    }

    // The viewer takes an update now; and there is nothing for it yet.
    private bool IsReady => _isContinuous ? _unanswered < MostUnanswered : _isRequested;

    private bool IsIdle
    {
        get
        {
            foreach (var rect in _damage.Rects)
            {
                if (!rect.Intersect(_area).IsEmpty)
                    return false;
            }
            return !HasExtras;
        }
    }

    private bool HasExtras => _sizeChanged || _owesCursor || _owesKeys;

    /// <inheritdoc/>
    public void Replaced(PixelMap pixels)
    {
        lock (_lock)
        {
            _sizeChanged |= _pixels is { } before && before.Bounds != pixels.Bounds;
            _pixels = pixels;
            _damage.Set(pixels.Bounds);
            Wake();
        }
    }

    /// <inheritdoc/>
    public void Damaged(ReadOnlySpan<Rect> rects)
    {
        lock (_lock)
        {
            foreach (var rect in rects)
                _damage.Add(rect);
            Wake();
        }
    }

    private void Wake()
    {
        if (_wake.CurrentCount == 0)
            _wake.Release();
    }

    private async Task Send()
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync();
                if (!await SendUpdate())
                    return;
                _link.Want();
            }
        }
        catch (Exception)
        {
            _stream.Close(); // ends the reader
            throw;
        }
    }

    private async Task<bool> SendUpdate()
    {
        PixelMap pixels;
        PixelMap.Reference use;
        var count = 0;
        lock (_lock)
        {
            if (_isEnding)
                return false;
            _out.Bytes(_replies.Memory.Span);
            _replies.Clear();
            _part.SetCommon(_damage, _area);
            pixels = _pixels;
            if (IsReady && (HasExtras || !_part.IsEmpty))
                count = Begin(pixels);
            use = pixels.Use();
        }
        using (use)
        {
            for (var i = 0; i < count; i++)
            {
                _writer.Write(pixels, i, _out);
                if (_out.Length > MostOut)
                    await Flush();
            }
        }
        await Flush();
        return true;
    }

    // Writes an update's head and everything but pixels. Returns the number of rectangles of pixels that follow.
    private int Begin(PixelMap pixels)
    {
        var isNewSize = _sizeChanged && (_encodings.Knows(Encodings.DesktopSize) || _encodings.Knows(Encodings.ExtendedDesktopSize));
        if (_sizeChanged && !isNewSize)
            throw new RfbException("the screen has another size, which the viewer does not understand");
        foreach (var rect in _part.Rects)
            _damage.Subtract(rect);
        _writer.Use(_encodings, _format);
        var count = _writer.Plan(pixels, _part.Rects);
        var extras = (isNewSize ? 1 : 0) + (_owesCursor ? 1 : 0) + (_owesKeys ? 1 : 0);
        _out.U8(0);
        _out.U8(0);
        _out.U16(count + extras);
        if (isNewSize)
            WriteSize(pixels);
        if (_owesCursor)
            ArrowCursor.Write(_format, _out);
        if (_owesKeys)
            WriteHead(default, Encodings.QemuKeys);
        (_sizeChanged, _owesCursor, _owesKeys, _isRequested) = (false, false, false, false);
        if (_isContinuous && _encodings.Knows(Encodings.Fence))
            NoteFence();
        return count;
    }

    // The viewer answers when it has taken the update; it follows as a reply, after it.
    private void NoteFence()
    {
        _unanswered++;
        Span<byte> own = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(own, OwnFence);
        WriteFence(FenceRequest | 1, own);
        Wake();
    }

    private void WriteHead(Rect rect, int encoding)
    {
        _out.U16(rect.X);
        _out.U16(rect.Y);
        _out.U16(rect.Width);
        _out.U16(rect.Height);
        _out.S32(encoding);
    }

    private void WriteSize(PixelMap pixels)
    {
        if (!_encodings.Knows(Encodings.ExtendedDesktopSize))
        {
            WriteHead(pixels.Bounds, Encodings.DesktopSize);
            return;
        }
        WriteHead(pixels.Bounds with { X = _sizeReason, Y = _sizeStatus }, Encodings.ExtendedDesktopSize);
        (_sizeReason, _sizeStatus) = (0, 0);
        _out.Bytes([1, 0, 0, 0]); // one screen
        _out.U32(0);
        _out.U16(0);
        _out.U16(0);
        _out.U16(pixels.Width);
        _out.U16(pixels.Height);
        _out.U32(0);
    }

    private async Task Flush()
    {
        if (_out.Length > 0)
            await _stream.WriteAsync(_out.Memory);
        _out.Clear();
    }
}
