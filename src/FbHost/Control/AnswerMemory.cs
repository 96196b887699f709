using System.Buffers;
using Mmm.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Control;

/// <summary>
/// Zeroed memory for a large answer. It is allocated from the system and not by the garbage collector, so it is freed as soon as the answer
/// has been sent.
/// </summary>
internal sealed unsafe class AnswerMemory : MemoryManager<byte>
{
    private readonly int _length;
    private void* _address;

    private AnswerMemory(void* address, int length)
    {
        _address = address;
        _length = length;
    }

    /// <param name="length">The number of bytes, at least 1.</param>
    /// <param name="error">Minus errno if there is no memory; else 0.</param>
    public static AnswerMemory? TryMake(int length, out int error)
    {
        const int anonymous = 0x20;
        var address = mmap(null, (size_t)(ulong)length, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymous, -1, (off_t)0L);
        error = (nint)address == -1 ? -errno : 0;
        return error == 0 ? new AnswerMemory(address, length) : null;
    }

    public override Span<byte> GetSpan() => new(_address, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_address + elementIndex);

    public override void Unpin() { }

    protected override void Dispose(bool disposing)
    {
        if (_address is not null)
            _ = munmap(_address, (size_t)(ulong)_length);
        _address = null;
    }
}
