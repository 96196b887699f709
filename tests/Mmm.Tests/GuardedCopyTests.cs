using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Mmm.Tests;

/// <summary>Copies to where a file's end may be by now: an error and no SIGBUS, by either way that the kernel has for it.</summary>
public sealed unsafe class GuardedCopyTests : IDisposable
{
    private const int Page = 65536; // on every machine a multiple of a page
    private readonly int _file = Sys.MemoryFile("test");
    private readonly byte* _map;

    public GuardedCopyTests()
    {
        Assert.Equal(0, ftruncate(_file, (off_t)(2L * Page)));
        _map = (byte*)mmap(null, (size_t)(ulong)(2 * Page), PROT_READ | PROT_WRITE, MAP_SHARED, _file, (off_t)0L);
    }

    public void Dispose()
    {
        munmap(_map, (size_t)(ulong)(2 * Page));
        Sys.Close(_file);
    }

    private static long Copy(bool throughProc, ReadOnlySpan<iovec> from, ReadOnlySpan<iovec> to) =>
        throughProc ? Sys.CopyThroughProc(from, to) : Sys.CopyGuarded(from, to);

    private static iovec Part(byte* at, int length) => new() { iov_base = at, iov_len = (size_t)(ulong)length };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parts_are_copied_one_behind_the_other(bool throughProc)
    {
        var text = stackalloc byte[6] { 1, 2, 3, 4, 5, 6 };
        Assert.Equal(6, Copy(throughProc, [Part(text, 2), Part(text + 2, 4)], [Part(_map + Page - 3, 3), Part(_map + Page + 7, 3)]));
        Assert.Equal([1, 2, 3], new Span<byte>(_map + Page - 3, 3).ToArray());
        Assert.Equal([4, 5, 6], new Span<byte>(_map + Page + 7, 3).ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Behind_the_end_of_the_file_nothing_is_copied(bool throughProc)
    {
        Assert.Equal(0, ftruncate(_file, (off_t)(long)Page));
        var text = stackalloc byte[2] { 7, 8 };
        Assert.Equal(-EFAULT, Copy(throughProc, [Part(text, 2)], [Part(_map + Page, 2)]));
        Assert.Equal(1, Copy(throughProc, [Part(text, 1), Part(text + 1, 1)], [Part(_map, 1), Part(_map + Page, 1)]));
        Assert.Equal(7, _map[0]);
        Assert.True(Copy(throughProc, [Part(_map + Page, 1)], [Part(text, 1)]) <= 0); // nor from there
    }
}
