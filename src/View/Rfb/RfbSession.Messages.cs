using System.Buffers.Binary;
using Mmm;

namespace View.Rfb;

// The messages of the viewer.
internal sealed partial class RfbSession
{
    private async Task Read()
    {
        while (true)
        {
            var type = await _reader.U8();
            switch (type)
            {
                case 0:
                    SetFormat(await _reader.Take(3 + PixelFormat.Bytes));
                    break;
                case 2:
                    await SetEncodings();
                    break;
                case 3:
                    Request(await _reader.Take(9));
                    break;
                case 4:
                    Key(await _reader.Take(7));
                    break;
                case 5:
                    Pointer(await _reader.Take(5));
                    break;
                case 6: // cut text: the host has no clipboard
                    await _reader.Take(3);
                    await SkipCutText(await _reader.U32());
                    break;
                case 150:
                    SetContinuous(await _reader.Take(9));
                    break;
                case 248:
                    await Fence(await _reader.Take(8));
                    break;
                case 251:
                    await RefuseSize(await _reader.Take(7));
                    break;
                case 255:
                    QemuKey(await _reader.Take(11));
                    break;
                default:
                    throw new RfbException($"the viewer sends the unknown message {type}");
            }
        }
    }

    // A negative length is that of an extended message.
    private ValueTask SkipCutText(uint length)
    {
        const int most = 1 << 20;
        var bytes = Math.Abs((long)(int)length);
        return bytes <= most ? _reader.Skip(bytes) : throw new RfbException($"the viewer sends {bytes} bytes of text");
    }

    private void SetFormat(ReadOnlyMemory<byte> message)
    {
        var format = PixelFormat.TryRead(message.Span[3..])
            ?? throw new RfbException("the viewer wants a pixel format that is not served: colours by a map, or not 8, 16 or 32 bits");
        lock (_lock)
            _format = format;
    }

    private async Task SetEncodings()
    {
        var count = BinaryPrimitives.ReadUInt16BigEndian((await _reader.Take(3)).Span[1..]);
        if (count > Encodings.Most)
            throw new RfbException($"the viewer names {count} encodings");
        var numbers = new int[count];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = (int)await _reader.U32();
        lock (_lock)
        {
            var (before, now) = (_encodings, Encodings.Of(numbers));
            _encodings = now;
            bool IsNew(int number) => now.Knows(number) && !before.Knows(number);
            _owesCursor |= IsNew(Encodings.Cursor);
            _owesKeys |= IsNew(Encodings.QemuKeys) && _input is not null;
            _sizeChanged |= IsNew(Encodings.ExtendedDesktopSize); // tells the viewer that this server knows it
            if (IsNew(Encodings.ContinuousUpdates))
                _replies.U8(150); // EndOfContinuousUpdates, for the same reason
            if (IsNew(Encodings.Fence))
                WriteFence(FenceRequest, []);
            Wake();
        }
    }

    private void Request(ReadOnlyMemory<byte> message)
    {
        var area = RectAt(message.Span[1..]);
        lock (_lock)
        {
            _area = _isRequested ? _area.Union(area) : area;
            _isRequested = true;
            if (message.Span[0] == 0)
                _damage.Add(area.Intersect(_pixels.Bounds));
            Wake();
        }
        _link.Want();
    }

    private static Rect RectAt(ReadOnlySpan<byte> bytes) => new(U16(bytes), U16(bytes[2..]), U16(bytes[4..]), U16(bytes[6..]));

    private static int U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private void Key(ReadOnlyMemory<byte> message) =>
        _input?.Symbol(BinaryPrimitives.ReadUInt32BigEndian(message.Span[3..]), message.Span[0] != 0);

    private void QemuKey(ReadOnlyMemory<byte> message)
    {
        var bytes = message.Span;
        if (bytes[0] != 0)
            throw new RfbException($"the viewer sends the unknown QEMU message {bytes[0]}");
        var key = XtKeys.KeyOf(BinaryPrimitives.ReadUInt32BigEndian(bytes[7..]));
        if (key != 0)
            _input?.Key(key, U16(bytes[1..]) != 0);
        else
            _input?.Symbol(BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]), U16(bytes[1..]) != 0);
    }

    private void Pointer(ReadOnlyMemory<byte> message) =>
        _input?.Pointer(message.Span[0], U16(message.Span[1..]), U16(message.Span[3..]));

    private void SetContinuous(ReadOnlyMemory<byte> message)
    {
        lock (_lock)
        {
            _isContinuous = message.Span[0] != 0;
            _area = RectAt(message.Span[1..]);
            if (!_isContinuous)
                _replies.U8(150);
            Wake();
        }
        _link.Want();
    }

    private async Task Fence(ReadOnlyMemory<byte> message)
    {
        var flags = BinaryPrimitives.ReadUInt32BigEndian(message.Span[3..]);
        var length = message.Span[7];
        if (length > MostFence)
            throw new RfbException($"the viewer sends a fence of {length} bytes");
        var data = (await _reader.Take(length)).ToArray();
        lock (_lock)
        {
            if ((flags & FenceRequest) != 0)
                WriteFence(flags & FenceKnown, data);
            else if (data.Length == 4 && BinaryPrimitives.ReadUInt32BigEndian(data) == OwnFence)
                _unanswered = Math.Max(0, _unanswered - 1);
            Wake();
        }
        _link.Want();
    }

    private void WriteFence(uint flags, ReadOnlySpan<byte> data)
    {
        if (_replies.Length > MostFences * (MostFence + 9))
            throw new RfbException("the viewer sends fences and reads no answer");
        _replies.U8(248);
        _replies.Bytes([0, 0, 0]);
        _replies.U32(flags);
        _replies.U8(data.Length);
        _replies.Bytes(data);
    }

    // The panel's size is not the viewer's to set.
    private async Task RefuseSize(ReadOnlyMemory<byte> message)
    {
        const int bytesPerScreen = 16, byThisViewer = 1, prohibited = 1;
        await _reader.Skip(message.Span[5] * bytesPerScreen);
        lock (_lock)
        {
            _sizeChanged = _encodings.Knows(Encodings.ExtendedDesktopSize);
            (_sizeReason, _sizeStatus) = (byThisViewer, prohibited);
            Wake();
        }
    }
}
