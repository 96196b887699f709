using System.Runtime.InteropServices;
using System.Text;

namespace FbHost.Tests.Support;

/// <summary>A terminal whose keys the test types: the master's side of a pty.</summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private const int O_RDWR = 2, O_NOCTTY = 0x100, O_CLOEXEC = 0x80000;
    private int _master;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ptsname_r(int fd, Span<byte> name, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fd, ReadOnlySpan<byte> bytes, nuint length);

    [LibraryImport("libc")]
    private static partial int close(int fd);

    public PseudoTerminal()
    {
        _master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        Span<byte> name = stackalloc byte[64];
        name.Clear();
        if (_master < 0 || grantpt(_master) != 0 || unlockpt(_master) != 0 || ptsname_r(_master, name, 64) != 0)
            throw new InvalidOperationException($"no pseudo terminal: {Marshal.GetLastPInvokeErrorMessage()}");
        Path = Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
    }

    /// <summary>As /dev/pts/3.</summary>
    public string Path { get; }

    /// <summary>Types, in one write.</summary>
    public void Type(string keys)
    {
        var bytes = Encoding.UTF8.GetBytes(keys);
        Assert.Equal(bytes.Length, (int)write(_master, bytes, (nuint)bytes.Length));
    }

    /// <summary>How the terminal is set, by stty.</summary>
    public string Settings()
    {
        using var stty = new Child("stty", ["-a", "-F", Path]);
        Assert.Equal(0, stty.WaitForEnd());
        return string.Join(' ', stty.Output);
    }

    /// <summary>Hangs up.</summary>
    public void Dispose()
    {
        if (_master >= 0)
            close(_master);
        _master = -1;
    }
}
