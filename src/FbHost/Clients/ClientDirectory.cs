using System.Text;
using Mmm;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost.Clients;

/// <summary>
/// The directory that is served: a given one, MMM_PATH, or a new one that is removed again when it is empty at the end. One host at a
/// time: it is locked before anything in it is touched.
/// </summary>
internal sealed class ClientDirectory : IDisposable
{
    /// <summary>Locked by the host that serves the directory, and there as long as it does.</summary>
    public const string LockName = ".lock";

    private bool _made;
    private int _lock;

    /// <exception cref="MmmException">It is a file, cannot be made or written, or another host serves it: one line.</exception>
    public ClientDirectory(string? given)
    {
        var path = given ?? Environment.GetEnvironmentVariable(Rendezvous.PathVariable);
        if (string.IsNullOrEmpty(path))
            path = $"/tmp/mmm-{Environment.ProcessId}";
        Path = System.IO.Path.GetFullPath(path);
        if (File.Exists(Path))
            throw new MmmException($"{Path}: is a file; the clients' directory ({(given is null ? Rendezvous.PathVariable : "--path")}) must be a directory");
        if (!Directory.Exists(Path))
            Make();
        Lock();
    }

    private string LockPath => System.IO.Path.Combine(Path, LockName);

    private void Make()
    {
        try
        {
            Directory.CreateDirectory(Path);
            _made = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MmmException($"{Path}: the clients' directory cannot be made: {IoFault.Text(e)}");
        }
    }

    private void Lock()
    {
        _lock = Sys.Open(LockPath, O_RDWR | O_CREAT | O_NOFOLLOW, 0x1A4 /* 0644 */);
        if (_lock < 0)
            throw new MmmException($"{Path}: cannot be served: {Sys.ErrorText(_lock)}; choose another directory with --path DIR");
        Span<byte> pid = stackalloc byte[16];
        if (lockf(_lock, F_TLOCK, 0) != 0)
        {
            var n = (int)Math.Max(0, Sys.PRead(_lock, pid, 0));
            Sys.Close(_lock);
            throw new MmmException($"{Path}: another host serves it (pid {TextRing.Printable(pid[..n].Trim(" \n\0"u8))}); "
                + "end that one, or choose another directory with --path DIR");
        }
        // For people only; the lock itself ends with the process, so a stale file stops nobody.
        Sys.PWrite(_lock, Encoding.ASCII.GetBytes($"{Environment.ProcessId,-15}"), 0);
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    // Made by a client that was started without MMM_PATH (protocol.md section 1), for its own use.
    private bool IsOfAClient => Path.StartsWith("/tmp/mmm-", StringComparison.Ordinal) && int.TryParse(Path["/tmp/mmm-".Length..], out _);

    public void Dispose()
    {
        Sys.Unlink(LockPath);
        Sys.Close(_lock);
        try
        {
            if (_made || IsOfAClient)
                Directory.Delete(Path);
        }
        catch (IOException)
        {
            // Clients live on in it, and a next host serves them.
        }
    }
}
