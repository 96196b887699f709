using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Mmm.Linux;
using Mmm.Protocol;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm.Hosting;

/// <summary>The result of delivering an event.</summary>
internal enum PushResult
{
    /// <summary>The event is in the ring.</summary>
    Done,
    /// <summary>The ring is full: the client does not read. The event is lost.</summary>
    Full,
    /// <summary>The ring's indices are outside 0..1023, or the file cannot be written: the client is broken.</summary>
    Broken,
}

/// <summary>
/// The host's access to one client's file. The file is read by pread, and its headers are written through a mapping that only guarded
/// copies access. So a client that truncates its file or writes a wrong size cannot crash the host, and a client that holds its file's lock
/// cannot block it. Every number read here was written by the client and may be wrong; the caller must check it
/// (<see cref="ClientState.Fault"/>) before use. Not thread-safe. Only opening and <see cref="TryIdentify"/> can block.
/// </summary>
internal sealed class ClientFile : IDisposable
{
    private const int FbLength = 0x5d0 - 16; // the longer of both ABIs: all of FB after its header
    private const int MostGap = 6144; // bytes between rows: copying this many costs about as much as a call
    private readonly byte[] _fb = new byte[FbLength];
    private readonly byte[] _values = new byte[Abi.MaxValues * (Abi.ValueNameLength + Abi.ValueTextLength) + 4];
    private readonly int _directory;
    private readonly string _name;
    private readonly FileIdentity _identity;
    private readonly SharedFile _file;
    private int _ownDirectory = -1;
    private bool _hasWrittenValues; // since the values were last read
    private bool _isDisposed;

    private ClientFile(int directory, string name, int fd, in FileStatus status) =>
        (_directory, _name, _file, _identity, Owner) = (directory, name, new SharedFile(fd), status.Identity, status.Owner);

    /// <summary>User id of the file's owner.</summary>
    public uint Owner { get; }
    /// <summary>True if the file has all block headers, as the libraries write them. Valid after <see cref="TryIdentify"/>.</summary>
    public bool HasBlockHeaders { get; private set; }
    /// <summary>
    /// True if the file is certainly a client's: it has the block headers, or a client's name. A file whose bytes only look like a raw
    /// client's may be a user's data.
    /// </summary>
    public bool MayBeDeleted => HasBlockHeaders || _name.StartsWith("fb.", StringComparison.Ordinal);
    /// <summary>The client's process id. Valid after <see cref="TryIdentify"/>.</summary>
    public int Pid { get; private set; }
    /// <summary>The client's ABI. Valid after <see cref="TryIdentify"/>.</summary>
    public Abi Abi { get; private set; } = Abi.Lp64;
    /// <summary>The FB block as of the last <see cref="Refresh"/>.</summary>
    public ClientState State { get; private set; }
    /// <summary>The window title as of the last <see cref="Refresh"/>, printable.</summary>
    public string Title { get; private set; } = "";
    /// <summary>The pixel format as of the last <see cref="Refresh"/>.</summary>
    public PixelFormat PixelFormat { get; private set; }
    /// <summary>The name of the pixel format if it is not known; else null.</summary>
    public string? UnknownPixelFormat { get; private set; }
    /// <summary>The events that the client has requested, as of the last <see cref="RefreshValues"/>.</summary>
    public EventKinds Kinds { get; private set; }
    /// <summary>
    /// Whether the client wants the names of keys that the original's SDL hosts send, as of the last <see cref="RefreshValues"/>; null if
    /// it has not said so.
    /// </summary>
    public bool? UsesSdlKeyNames { get; private set; }
    /// <summary>The client's values as of the last <see cref="RefreshValues"/>.</summary>
    public IReadOnlyDictionary<string, string> Values { get; private set; } = new Dictionary<string, string>();

    /// <summary>
    /// Called on another thread when writes that had to be delayed are in the file. The client must then be handled and woken again.
    /// </summary>
    public Action? CaughtUp
    {
        get => _file.CaughtUp;
        set => _file.CaughtUp = value;
    }

    internal FileIdentity Identity => _identity;

    /// <summary>
    /// Opens a file in the clients' directory. Only a plain file with one name is accepted that lies in the directory itself: no symbolic
    /// link, hard link, FIFO, device or directory, and no file that is mounted there. A FIFO or a lease does not block the call.
    /// </summary>
    /// <param name="directory">A descriptor of the directory (O_PATH is sufficient), which must stay valid while the result is
    /// used.</param>
    /// <param name="name">The file's name without a path.</param>
    public static OpenResult Open(int directory, string name)
    {
        var error = FileStatus.Of(directory, name, out var status);
        if (error < 0)
            return OpenResult.Failed(error);
        if (Unfit(directory, status) is { Length: > 0 } reason)
            return OpenResult.Refused(reason);
        // Not opened for writing, because closing it would cause an inotify event for every process that watches the directory, including
        // the host.
        var fd = Sys.OpenIn(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
            return OpenResult.Failed(fd);
        error = FileStatus.Of(fd, "", out status);
        if (error == 0 && Unfit(directory, status) is "")
            return new OpenResult(OpenOutcome.Opened, new ClientFile(directory, name, fd, status), "");
        Sys.Close(fd); // not the file that was examined before
        return error < 0 ? OpenResult.Failed(error) : OpenResult.Refused(Unfit(directory, status));
    }

    /// <summary>Opens a file by its path, for the use of a single file.</summary>
    public static OpenResult Open(string path)
    {
        var directory = Sys.Open(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/", O_PATH | O_DIRECTORY);
        if (directory < 0)
            return OpenResult.Failed(directory);
        var result = Open(directory, Path.GetFileName(path));
        if (result.File is { } file)
            file._ownDirectory = directory;
        else
            Sys.Close(directory);
        return result;
    }

    private static string Unfit(int directory, in FileStatus file)
    {
        if (file.NotPlain is { Length: > 0 } reason)
            return reason;
        return FileStatus.Of(directory, "", out var there) == 0 && there.Identity.Device != file.Identity.Device
            ? "mounted from elsewhere" : "";
    }

    /// <summary>
    /// Reads pid and ABI, and maps the headers. Returns false without a fault if the file is not a client yet (the pid is written last) or
    /// cannot be served now (<see cref="Lack"/>). Returns false with a fault if it can never be served.
    /// </summary>
    public bool TryIdentify(out string? fault)
    {
        fault = null;
        Lack = null;
        Span<byte> pid = stackalloc byte[4], length = stackalloc byte[4];
        if (_file.Read(pid, Abi.Pid) < 4 || _file.Read(length, Abi.FbBlockLengthField) < 4)
            return false;
        Pid = MemoryMarshal.Read<int>(pid);
        if (Pid == 0)
            return false;
        var abi = Abi.FromFbBlockLength(MemoryMarshal.Read<uint>(length));
        if (abi is null)
            fault = $"its FB block is {MemoryMarshal.Read<uint>(length):N0} bytes long, which no supported ABI has (LP64, ARM32)";
        else if (Pid < 0)
            fault = $"its pid is {Pid}";
        else if (Length < abi.FirstPixel)
            return false;
        else
            Abi = abi;
        if (fault is not null)
            return false;
        HasBlockHeaders = HasHeadersOf(Abi);
        var error = _file.Map(Abi);
        if (error == 0)
            return true;
        if (OpenResult.OutcomeOf(error) == OpenOutcome.TryLater)
            Lack = Sys.ErrorText(error);
        else
            fault = $"it cannot be mapped: {Sys.ErrorText(error)}";
        return false;
    }

    /// <summary>Why the client cannot be served now, for log lines: no permission to write its file yet, or no memory. Else null.</summary>
    public string? Lack { get; private set; }

    private bool HasHeadersOf(Abi abi)
    {
        Span<byte> header = stackalloc byte[16];
        foreach (var (offset, type, length, next) in abi.Blocks())
        {
            if (_file.Read(header, offset) < header.Length || !header[..8].SequenceEqual(Encoding.UTF8.GetBytes(type))
                || MemoryMarshal.Read<int>(header[8..]) != length || MemoryMarshal.Read<int>(header[12..]) != next)
                return false;
        }
        return true;
    }

    /// <summary>The file's current length in bytes.</summary>
    public long Length => Math.Max(0, _file.Length);

    /// <summary>Reads the FB block: state, title, pixel format. Returns false if the file is shorter than its headers.</summary>
    public bool Refresh()
    {
        var length = Abi.FbBlockLength - 16;
        Span<byte> now = stackalloc byte[FbLength];
        now = now[..length];
        var texts = Abi.TitleLength + Abi.BablFormatLength;
        var last = State;
        var isLate = _file.IsLate;
        for (var tries = 0; ; tries++) // a new geometry is read again: the client may have been in the middle of writing it
        {
            if (_file.Read(now, Abi.Title) < length)
                return false;
            var state = ClientState.Parse(now[texts..]);
            if (tries == 3 || state.HasSamePixels(last))
                break;
            last = state;
        }
        // The barrier ensures that the pixels are read after the state.
        Interlocked.MemoryBarrier();
        if (!now[..texts].SequenceEqual(_fb.AsSpan(0, texts)))
        {
            Title = TextRing.Printable(TextRing.Text(now[..Abi.TitleLength]));
            var babl = TextRing.Text(now[Abi.TitleLength..texts]);
            UnknownPixelFormat = PixelFormats.TryParse(babl, out var format) ? null : TextRing.Printable(babl);
            PixelFormat = format;
        }
        now.CopyTo(_fb);
        State = ClientState.Parse(now[texts..]);
        if (isLate) // the host's last state is not in the file yet, so the picture cannot be taken
            State = State with { Flip = FlipState.Drawing };
        return true;
    }

    /// <summary>Reads the values if they have changed. Returns true if they have.</summary>
    public bool RefreshValues()
    {
        Span<byte> now = stackalloc byte[_values.Length];
        if (_file.IsLate || _file.Read(now, Abi.ValueNames) < now.Length || (now.SequenceEqual(_values) && !_hasWrittenValues))
            return false;
        _hasWrittenValues = false;
        now.CopyTo(_values);
        var values = new Dictionary<string, string>();
        (Kinds, UsesSdlKeyNames) = (EventKinds.None, null);
        for (var i = 0; i < CountIn(now); i++)
        {
            var text = TextRing.Text(TextIn(now, i));
            values[TextRing.Printable(NameIn(now, i))] = TextRing.Printable(text);
            if (NameIn(now, i).SequenceEqual("events"u8))
                Kinds = EventKindsText.Parse(text);
            else if (NameIn(now, i).SequenceEqual("keynames"u8))
                UsesSdlKeyNames = text.SequenceEqual("sdl"u8);
        }
        Values = values;
        return true;
    }

    private static int CountIn(ReadOnlySpan<byte> values) => Math.Clamp(MemoryMarshal.Read<int>(values[^4..]), 0, Abi.MaxValues);

    private static ReadOnlySpan<byte> NameIn(ReadOnlySpan<byte> values, int i) =>
        TextRing.Text(values.Slice(i * Abi.ValueNameLength, Abi.ValueNameLength));

    private static ReadOnlySpan<byte> TextIn(ReadOnlySpan<byte> values, int i) =>
        values.Slice(Abi.MaxValues * Abi.ValueNameLength + i * Abi.ValueTextLength, Abi.ValueTextLength);

    /// <summary>
    /// Sets a value that the client reads. Returns false if there is no room (14 names, as in the original library) or the file cannot be
    /// written.
    /// </summary>
    /// <param name="name">At most 15 bytes of UTF-8; "title" sets the title field.</param>
    /// <param name="value">At most 63 bytes; a longer text is cut.</param>
    public bool SetValue(string name, string value)
    {
        if (name == "title")
            return WriteText(Abi.Title, TextRing.Fit(Encoding.UTF8.GetBytes(value), Abi.TitleLength));
        RefreshValues();
        var count = CountIn(_values);
        var key = TextRing.Fit(Encoding.UTF8.GetBytes(name), Abi.ValueNameLength);
        var at = 0;
        while (at < count && !NameIn(_values, at).SequenceEqual(key))
            at++;
        if (at == count && count + 2 >= Abi.MaxValues)
            return false;
        var done = WriteValue(Abi.MaxValues * Abi.ValueNameLength + at * Abi.ValueTextLength,
            TextRing.Fit(Encoding.UTF8.GetBytes(value), Abi.ValueTextLength));
        if (at < count)
            return done;
        done = done && WriteValue(at * Abi.ValueNameLength, key);
        MemoryMarshal.Write(_values.AsSpan(_values.Length - sizeof(int)), count + 1);
        return done && _file.Write(_values.AsSpan(_values.Length - sizeof(int)), Abi.ValueCount);
    }

    // Also stores the text in _values, because the write to the file may be delayed.
    private bool WriteValue(int at, ReadOnlySpan<byte> text)
    {
        _hasWrittenValues = true;
        text.CopyTo(_values.AsSpan(at));
        _values[at + text.Length] = 0;
        return _file.Write(_values.AsSpan(at, text.Length + 1), Abi.ValueNames + at);
    }

    private bool WriteText(int offset, ReadOnlySpan<byte> text)
    {
        Span<byte> padded = stackalloc byte[text.Length + 1];
        text.CopyTo(padded);
        padded[^1] = 0;
        return _file.Write(padded, offset);
    }

    private bool Write<T>(int offset, T value) where T : unmanaged =>
        _file.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)), offset);

    /// <summary>Takes the picture: the client must not draw until <see cref="EndFlip"/>.</summary>
    public bool BeginFlip() => Write(Abi.FlipState, (int)FlipState.Flipping);

    /// <summary>Returns the picture to the client: clears the damage and sets the neutral state.</summary>
    public bool EndFlip()
    {
        ReadOnlySpan<int> noDamage = [0, 0, 0, 0], neutral = [(int)FlipState.Neutral];
        return _file.Write(MemoryMarshal.AsBytes(noDamage), Abi.Damage, MemoryMarshal.AsBytes(neutral), Abi.FlipState);
    }

    /// <summary>Requests another size of the client, which reads it at its next check.</summary>
    public bool SetDesiredSize(int width, int height) => Write(Abi.DesiredWidth, (width, height));

    /// <summary>Writes the stacking order.</summary>
    public bool SetZ(double z) => Write(Abi.Z, z);

    /// <summary>Writes the position.</summary>
    public bool SetPosition(double x, double y) => Write(Abi.X, (x, y));

    /// <summary>
    /// Copies pixels of a checked state. Many rows are read by one call, which also reads the bytes between the rows into a buffer that is
    /// not used, unless these are too many.
    /// </summary>
    /// <param name="state">A state whose <see cref="ClientState.Fault"/> was null.</param>
    /// <param name="rect">A part of the picture, not empty.</param>
    /// <param name="to">At least rect.Height rows of <paramref name="toStride"/> pixels (the last row may be shorter).</param>
    /// <param name="toStride">Pixels from one row to the next in <paramref name="to"/>.</param>
    /// <returns>False if the file ends before the pixels do.</returns>
    public bool ReadPixels(in ClientState state, Rect rect, Span<uint> to, int toStride)
    {
        var offset = state.FbOffset + (long)rect.Y * state.Stride + rect.X * 4L;
        if (rect.Width == toStride && rect.Width * 4 == state.Stride)
        {
            var block = MemoryMarshal.AsBytes(to[..(rect.Width * rect.Height)]);
            return _file.Read(block, offset) == block.Length;
        }
        if (state.Stride - rect.Width * 4 <= MostGap)
            return ReadRows(rect, to, toStride, offset, state.Stride - rect.Width * 4);
        for (var y = 0; y < rect.Height; y++, offset += state.Stride)
        {
            var row = MemoryMarshal.AsBytes(to.Slice(y * toStride, rect.Width));
            if (_file.Read(row, offset) != row.Length)
                return false;
        }
        return true;
    }

    private unsafe bool ReadRows(Rect rect, Span<uint> to, int toStride, long offset, int gap)
    {
        const int most = 64; // rows per call
        var nowhere = stackalloc byte[MostGap];
        var parts = stackalloc iovec[2 * most];
        fixed (uint* pixels = to)
        {
            for (var y = 0; y < rect.Height;)
            {
                var rows = Math.Min(most, rect.Height - y);
                for (var i = 0; i < rows; i++, y++)
                {
                    parts[2 * i] = new iovec { iov_base = pixels + (long)y * toStride, iov_len = (size_t)(ulong)(rect.Width * 4) };
                    parts[2 * i + 1] = new iovec { iov_base = nowhere, iov_len = (size_t)(ulong)gap };
                }
                var count = 2 * rows - (y == rect.Height ? 1 : 0); // the file may end after the last row's last pixel
                var wanted = rows * (rect.Width * 4L + gap) - (y == rect.Height ? gap : 0);
                if (Sys.PReadV(_file.Fd, new ReadOnlySpan<iovec>(parts, count), offset) != wanted)
                    return false;
                offset += rows * (rect.Width * 4L + gap);
            }
        }
        return true;
    }

    /// <summary>Writes one event text (at most 127 bytes) into the client's ring.</summary>
    public PushResult PushEvent(ReadOnlySpan<byte> text)
    {
        if (!TryReadEventIndices(out var read, out var write))
            return PushResult.Broken;
        if (TextRing.IsFull(read, write))
            return PushResult.Full;
        Span<byte> slot = stackalloc byte[TextRing.SlotLength];
        slot.Clear();
        TextRing.Fit(text).CopyTo(slot);
        return WriteEvents(write, slot) >= 0 ? PushResult.Done : PushResult.Broken;
    }

    /// <summary>
    /// Reads the client's read index and the host's write index of the event ring. While earlier writes are delayed, the ring counts as
    /// full. Returns false if the ring is broken.
    /// </summary>
    public bool TryReadEventIndices(out int read, out int write)
    {
        var isLate = _file.IsLate;
        var isSound = ReadIndices(Abi.Events, out read, out write);
        if (isSound && isLate)
            write = (read + TextRing.Slots - 1) & (TextRing.Slots - 1);
        return isSound;
    }

    /// <summary>
    /// Writes whole slots into the event ring, and then the write index. This takes one system call, or two at the ring's end.
    /// </summary>
    /// <param name="write">The write index from <see cref="TryReadEventIndices"/>.</param>
    /// <param name="slots">Slots of <see cref="TextRing.SlotLength"/> bytes; no more than the ring has room for.</param>
    /// <returns>The new write index, or -1 if the file cannot be written.</returns>
    public int WriteEvents(int write, ReadOnlySpan<byte> slots)
    {
        while (!slots.IsEmpty)
        {
            var first = TextRing.Next(write);
            var piece = slots[..Math.Min(slots.Length, (TextRing.Slots - first) * TextRing.SlotLength)];
            slots = slots[piece.Length..];
            write = (write + piece.Length / TextRing.SlotLength) & (TextRing.Slots - 1);
            ReadOnlySpan<short> index = [(short)write];
            if (!_file.Write(piece, Abi.Events.Slot(first), MemoryMarshal.AsBytes(index), Abi.Events.Write))
                return -1;
        }
        return write;
    }

    /// <summary>The number of events in the ring that the client has not read, 0..1023; -1 if the indices are not valid.</summary>
    public int QueuedEvents => ReadIndices(Abi.Events, out var read, out var write) ? TextRing.Queued(read, write) : -1;

    /// <summary>The slot of the event that the client has read last, 0..1023; -1 if the indices are not valid.</summary>
    public int LastReadEvent => ReadIndices(Abi.Events, out var read, out _) ? read : -1;

    /// <summary>
    /// Takes the oldest message. Returns false if there is none, or if the ring is broken; <paramref name="fault"/> is then the reason.
    /// </summary>
    public bool TryTakeMessage(out string message, out string? fault)
    {
        message = "";
        fault = null;
        var ring = Abi.Messages;
        if (_file.IsLate) // the last read index may not be in the file yet
            return false;
        if (!ReadIndices(ring, out var read, out var write))
        {
            fault = $"its message ring has the indices {read} and {write}; 0 to {TextRing.Slots - 1} are valid";
            return false;
        }
        if (read == write)
            return false;
        read = TextRing.Next(read);
        Span<byte> slot = stackalloc byte[TextRing.SlotLength];
        if (_file.Read(slot, ring.Slot(read)) < slot.Length || !Write(ring.Read, (short)read))
        {
            fault = "its file ends inside the message ring";
            return false;
        }
        message = TextRing.Printable(TextRing.Text(slot));
        return true;
    }

    private bool ReadIndices(TextRingLayout ring, out int read, out int write)
    {
        Span<short> both = stackalloc short[2];
        var got = _file.Read(MemoryMarshal.AsBytes(both), ring.Read);
        Interlocked.MemoryBarrier();
        (read, write) = got == 4 ? (both[0], both[1]) : (-1, -1);
        return TextRing.IsIndex(read) && TextRing.IsIndex(write);
    }

    /// <summary>Returns what is wrong with the event ring, for log lines.</summary>
    public string EventFault() => ReadIndices(Abi.Events, out var read, out var write)
        ? "its file cannot be written"
        : $"its event ring has the indices {read} and {write}; 0 to {TextRing.Slots - 1} are valid";

    /// <summary>
    /// Returns the file's sound ring, for the audio thread. It can also be used after this object is disposed. Call it only after
    /// <see cref="TryIdentify"/>.
    /// </summary>
    public ClientPcm OpenPcm() => new(Abi, _file.Acquire());

    /// <summary>
    /// Removes the file's name if it still refers to this file and <see cref="MayBeDeleted"/> is true. A background thread does it, because
    /// it takes the kernel locks of the directory and of the file, which any process can hold that may list the directory or write the
    /// file. The result is true if the name was removed.
    /// </summary>
    /// <param name="always">Whether the file is deleted even if <see cref="MayBeDeleted"/> is false.</param>
    public Task<bool> Delete(bool always = false)
    {
        if (!always && !MayBeDeleted)
            return Task.FromResult(false);
        var file = _file.Acquire(); // kept open until then, so that no other file can get this inode number
        var done = new TaskCompletionSource<bool>();
        Background.Run(() =>
        {
            var isGone = FileStatus.Of(_directory, _name, out var there) == 0
                && there.Identity == _identity && Sys.UnlinkAt(_directory, _name) == 0;
            file.Release();
            done.SetResult(isGone);
        });
        return done.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _file.Release();
        Sys.Close(_ownDirectory);
    }
}
