using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mmm.Tests;

/// <summary>A file poked by offset, as a program does that knows only the numbers.</summary>
internal sealed class RawFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    public RawFile(string path, long length = -1)
    {
        Path = path;
        _handle = File.OpenHandle(path, length < 0 ? FileMode.Open : FileMode.CreateNew,
            FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (length >= 0)
            RandomAccess.SetLength(_handle, length);
    }

    public string Path { get; }

    [DllImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static extern int Allocate(SafeFileHandle file, int mode, long offset, long length);

    /// <summary>Cuts bytes out: they are 0 then, and their pages go.</summary>
    public void PunchHole(long offset, long length)
    {
        const int FALLOC_FL_KEEP_SIZE = 1, FALLOC_FL_PUNCH_HOLE = 2;
        Assert.Equal(0, Allocate(_handle, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length));
    }

    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    public RawFile Put<T>(int at, T value) where T : unmanaged
    {
        RandomAccess.Write(_handle, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)), at);
        return this;
    }

    public RawFile Put(int at, string text) => Put(at, Encoding.UTF8.GetBytes(text + "\0"));

    public RawFile Put(int at, byte[] bytes)
    {
        RandomAccess.Write(_handle, bytes, at);
        return this;
    }

    public T Get<T>(int at) where T : unmanaged => MemoryMarshal.Read<T>(Bytes(at, Unsafe.SizeOf<T>()));

    public byte[] Bytes(int at, int length)
    {
        var bytes = new byte[length];
        Assert.Equal(length, RandomAccess.Read(_handle, bytes, at));
        return bytes;
    }

    public string Text(int at, int length)
    {
        var bytes = Bytes(at, length);
        return Encoding.UTF8.GetString(bytes, 0, Array.IndexOf(bytes, (byte)0));
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>
    /// A valid client of 8x4 pixels by the LP64 numbers of protocol.md and without any block header, as programs write that use no
    /// library. The pid is this process's.
    /// </summary>
    public static RawFile RawClient(string path, int width = 8, int height = 4) => new RawFile(path, 0x48c70 + width * 4 * height)
        .Put(0xb0, "raw client")
        .Put(0x5b0, width).Put(0x5b4, height).Put(0x5b8, width * 4).Put(0x5bc, 0x48c70)
        .Put(0x5d8, width).Put(0x5dc, height)
        .Put(0x5c0, 1)
        .Put(0x18, Environment.ProcessId);
}
