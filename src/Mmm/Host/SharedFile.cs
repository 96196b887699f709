using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm.Host;

/// <summary>
/// An open client's file, for all that look at it; closed with the last of them. Reading goes by pread, which takes no lock of the file. A
/// pwrite would take its inode's lock, which the client can hold for as long as it likes (an fallocate of much, a write of memory that it
/// serves itself), so the headers are written through a mapping, by copies that end in an error where the file was cut short. Even a page
/// fault can wait, while a hole is punched: what lies on pages that are not there is written by another thread, and all that follows, in
/// order, until that has ended. Used by the loop's and by the audio thread.
/// </summary>
internal sealed unsafe class SharedFile(int fd)
{
    private const int MostLateBytes = 16 * 1024; // a client that makes its pages go again and again
    private readonly Lock _lock = new(); // never held while anything waits
    private readonly Queue<(int Offset, byte[] Bytes)> _late = new();
    private int _lateBytes;
    private volatile bool _isLate;
    private volatile bool _isBroken;
    private byte* _base;
    private int _length;
    private int _users = 1;

    public int Fd => fd;

    /// <summary>
    /// Something that was written is not in the file yet: what is read of the headers may be old. To be asked before they are read.
    /// </summary>
    public bool IsLate => _isLate;

    /// <summary>Called when <see cref="IsLate"/> has become false, on another thread.</summary>
    public Action? CaughtUp { get; set; }

    /// <summary>Maps the headers. 0 or minus errno.</summary>
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

    // The same file, open for writing, under the same descriptor.
    private int MakeWritable()
    {
        var writable = Sys.Open($"/proc/self/fd/{fd}", O_RDWR | O_NONBLOCK | O_NOCTTY);
        if (writable < 0)
            return writable;
        var error = Sys.Check(dup3(writable, fd, O_CLOEXEC));
        Sys.Close(writable);
        return Math.Min(error, 0);
    }

    // Makes those pages there that will be written.
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

    /// <summary>Bytes read (short at the file's end) or minus errno.</summary>
    public long Read(Span<byte> to, long offset) => Sys.PRead(fd, to, offset);

    /// <summary>Bytes of the file now.</summary>
    public long Length => Sys.FileLength(fd);

    /// <summary>Writes into the headers. Never waits. False: that part of the file is gone.</summary>
    public bool Write(ReadOnlySpan<byte> from, int offset)
    {
        if (_base is null || offset + from.Length > _length)
            return false;
        if (!_isLate && PageTable.Has(_base + offset, from.Length))
            return Copy(from, offset);
        return WriteLate(from, offset);
    }

    /// <summary>
    /// Writes two pieces into the headers, of which the second says that the first is there: whoever sees it sees the first, too.
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
            return Sys.CopyGuarded(from, to) == first.Length + then.Length; // one after the other, as they stand there
        }
    }

    private static iovec Part(byte* at, int length) => new() { iov_base = at, iov_len = (size_t)(ulong)length };

    private bool Copy(ReadOnlySpan<byte> from, int offset)
    {
        fixed (byte* p = from)
            return Sys.CopyGuarded([Part(p, from.Length)], [Part(_base + offset, from.Length)]) == from.Length;
    }

    // Both or none, and told of as one (CaughtUp).
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

    /// <summary>One more looks at the file.</summary>
    public SharedFile Acquire()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>
    /// One looks at it no more. Where this was the file's last user the kernel frees its memory then, which is not the caller's time.
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
