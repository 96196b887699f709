using Mmm.Linux;
using Mmm.Protocol;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm.Hosting;

/// <summary>
/// An open client's file, which is shared by all its users and closed with the last of them. It is read by pread, which takes no lock of
/// the file. A pwrite would take the inode's lock, which the client can hold for an unlimited time (a large fallocate, a write from memory
/// whose page faults it handles itself). Therefore the headers are written through a mapping, by copies that return an error if the file
/// was truncated. Even a page fault can block, while a hole is punched. So a write to pages that are not present is done by another thread,
/// and so are all further writes, in order, until that thread has finished. Used by the loop's thread and by the audio thread.
/// </summary>
internal sealed unsafe class SharedFile(int fd)
{
    private const int MostLateBytes = 16 * 1024; // limits a client that repeatedly removes its pages
    private readonly Lock _lock = new(); // never held during anything that may block
    private readonly Queue<(int Offset, byte[] Bytes)> _late = new();
    private int _lateBytes;
    private volatile bool _isLate;
    private volatile bool _isBroken;
    private byte* _base;
    private int _length;
    private int _users = 1;

    public int Fd => fd;

    /// <summary>
    /// True while some writes are not in the file yet: the headers may then have old content. Read this property before the headers.
    /// </summary>
    public bool IsLate => _isLate;

    /// <summary>Called on another thread when <see cref="IsLate"/> has become false.</summary>
    public Action? CaughtUp { get; set; }

    /// <summary>Maps the headers. Returns 0 or minus errno.</summary>
    public int Map(Abi abi)
    {
        if (_base is not null)
            return 0;
        var error = MakeWritable();
        if (error < 0)
            return error;
        var at = mmap(null, (size_t)(ulong)abi.FirstPixel, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)0L);
        if (at == (void*)-1)
            return -errno;
        _base = (byte*)at;
        _length = abi.FirstPixel;
        Touch(0, abi.Messages.Slot(0));
        Touch(abi.PcmBlock, abi.PcmBuffer);
        Touch(abi.ValuesBlock, abi.FirstPixel);
        return 0;
    }

    // Opens the same file for writing, under the same descriptor number.
    private int MakeWritable()
    {
        var writable = Sys.Open($"/proc/self/fd/{fd}", O_RDWR | O_NONBLOCK | O_NOCTTY);
        if (writable < 0)
            return writable;
        var error = Sys.Check(dup3(writable, fd, O_CLOEXEC));
        Sys.Close(writable);
        return Math.Min(error, 0);
    }

    // Makes the pages present that will be written.
    private void Touch(int from, int to)
    {
        const int most = 64;
        var page = Environment.SystemPageSize;
        var nowhere = stackalloc byte[most];
        var pages = stackalloc iovec[most];
        var count = 0;
        for (var at = from / page * page; at < to && count < most; at += page)
            pages[count++] = new iovec { iov_base = _base + at, iov_len = (size_t)1ul };
        var target = new iovec { iov_base = nowhere, iov_len = (size_t)(ulong)count };
        Sys.CopyGuarded(new ReadOnlySpan<iovec>(pages, count), new ReadOnlySpan<iovec>(in target));
    }

    /// <summary>Reads at an offset. Returns the number of bytes (fewer at the file's end) or minus errno.</summary>
    public long Read(Span<byte> to, long offset) => Sys.PRead(fd, to, offset);

    /// <summary>The file's current length in bytes.</summary>
    public long Length => Sys.FileLength(fd);

    /// <summary>Writes into the headers. Never waits. Returns false if that part of the file is gone.</summary>
    public bool Write(ReadOnlySpan<byte> from, int offset)
    {
        if (_base is null || offset + from.Length > _length)
            return false;
        if (!_isLate && PageTable.Has(_base + offset, from.Length))
            return Copy(from, offset);
        return WriteLate(from, offset);
    }

    /// <summary>
    /// Writes two pieces into the headers, of which the second announces the first: a reader that finds the second also finds the first.
    /// </summary>
    public bool Write(ReadOnlySpan<byte> first, int firstOffset, ReadOnlySpan<byte> then, int thenOffset)
    {
        if (_base is null || firstOffset + first.Length > _length || thenOffset + then.Length > _length)
            return false;
        if (_isLate || !PageTable.Has(_base + firstOffset, first.Length, _base + thenOffset, then.Length))
            return WriteLate(first, firstOffset, then, thenOffset);
        fixed (byte* f = first, t = then)
        {
            ReadOnlySpan<iovec> from = [Part(f, first.Length), Part(t, then.Length)];
            ReadOnlySpan<iovec> to = [Part(_base + firstOffset, first.Length), Part(_base + thenOffset, then.Length)];
            return Sys.CopyGuarded(from, to) == first.Length + then.Length; // the pieces are copied in this order
        }
    }

    private static iovec Part(byte* at, int length) => new() { iov_base = at, iov_len = (size_t)(ulong)length };

    private bool Copy(ReadOnlySpan<byte> from, int offset)
    {
        fixed (byte* p = from)
            return Sys.CopyGuarded([Part(p, from.Length)], [Part(_base + offset, from.Length)]) == from.Length;
    }

    // Queues both pieces or none, and calls CaughtUp once for both.
    private bool WriteLate(ReadOnlySpan<byte> first, int firstOffset, ReadOnlySpan<byte> then = default, int thenOffset = 0)
    {
        lock (_lock)
        {
            if (_isBroken || _lateBytes + first.Length + then.Length > MostLateBytes)
                return false;
            _late.Enqueue((firstOffset, first.ToArray()));
            if (!then.IsEmpty)
                _late.Enqueue((thenOffset, then.ToArray()));
            _lateBytes += first.Length + then.Length;
            if (_isLate)
                return true;
            _isLate = true;
        }
        Acquire();
        Background.Run(CatchUp);
        return true;
    }

    private void CatchUp()
    {
        while (NextLate() is { } next)
        {
            if (!Copy(next.Bytes, next.Offset))
                _isBroken = true;
        }
        CaughtUp?.Invoke();
        Release();
    }

    private (int Offset, byte[] Bytes)? NextLate()
    {
        lock (_lock)
        {
            if (_late.TryDequeue(out var next))
                return next;
            (_lateBytes, _isLate) = (0, false);
            return null;
        }
    }

    /// <summary>Adds a user of the file.</summary>
    public SharedFile Acquire()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>
    /// Removes a user of the file. The last one closes it on another thread, because the kernel may then free the file's memory, which
    /// takes time.
    /// </summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            Background.Run(Close);
    }

    private void Close()
    {
        if (_base is not null)
            munmap(_base, (size_t)(ulong)_length);
        Sys.Close(fd);
    }
}
