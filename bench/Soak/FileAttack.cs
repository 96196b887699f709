using System.Net.Sockets;

namespace Soak;

/// <summary>
/// Attacks the files of clients while the host uses them: truncates and extends them, allocates and frees their space, renames and removes
/// them, replaces them by something that is not a client file, and fills the directory with files that never become clients.
/// </summary>
internal sealed class FileAttack(string directory, Random random) : Attack(directory, random)
{
    private const long LongHold = 64 << 20; // bytes; allocating them holds the lock of the file for a while

    protected override void Step()
    {
        switch (Random.Next(8))
        {
            case 0:
                Litter();
                break;
            case 1:
                ComeAndGo();
                break;
            case 2:
                HostsOwnNames();
                break;
            default:
                using (var client = NewClient())
                    Torment(client);
                break;
        }
    }

    private void Torment(HandMade client)
    {
        if (OneIn(3))
            client.Connect();
        Pause(40);
        var path = client.Path;
        for (var turns = Random.Next(12); turns >= 0; turns--)
        {
            switch (Random.Next(5))
            {
                case 0:
                    Cut(client);
                    break;
                case 1:
                    HoldTheLock(client.Path == path ? path : client.Path);
                    break;
                case 2 when File.Exists(path):
                    var other = Path.Combine(Directory, OneIn(4) ? "." + NewName() : OneIn(4) ? NewName().PadRight(250, 'x') : NewName());
                    File.Move(path, other);
                    path = other;
                    break;
                case 3:
                    Remove(path);
                    Replace(path);
                    Pause(20);
                    Remove(path);
                    break;
                default:
                    client.Present();
                    break;
            }
            Pause(30);
        }
        Remove(path);
    }

    private void Cut(HandMade client)
    {
        long full = HandMade.Pixels + 40 * 30 * 4 + 1;
        for (var times = Random.Next(20); times >= 0; times--)
        {
            client.Truncate(Any(0, 1, 0x18, 0x5c0, 4096, HandMade.Pixels - 1,
                HandMade.Pixels, HandMade.Pixels + 100, full, 16 << 20, 1L << 30));
            client.Truncate(full);
            client.Poke(HandMade.Width, 40);
            client.Poke(HandMade.Height, 30);
            client.Present();
        }
    }

    private void HoldTheLock(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        for (var times = Random.Next(3); times >= 0; times--)
        {
            _ = Native.posix_fallocate(file.DangerousGetHandle(), 0, LongHold); // a failure, if there is no space, is not an error
            RandomAccess.SetLength(file, length);
        }
    }

    // Replaces the file of a client that the host serves by something that is not a valid client file.
    private void Replace(string path)
    {
        switch (Random.Next(8))
        {
            case 0:
                _ = Native.mkfifo(path, 0x1FF);
                break;
            case 1:
                File.CreateSymbolicLink(path, Any("/dev/zero", "/etc/passwd", path, "/nonexistent", "."));
                break;
            case 2:
                using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                    socket.Bind(new UnixDomainSocketEndPoint(path));
                break;
            case 3:
                System.IO.Directory.CreateDirectory(path);
                break;
            case 4:
                var first = NewPath();
                File.WriteAllBytes(first, Bytes(100));
                _ = Native.link(first, path);
                File.Delete(first);
                break;
            case 5:
                File.WriteAllBytes(path, new byte[Random.Next(1_000_000)]);
                break;
            case 6:
                File.WriteAllBytes(path, Bytes(400_000));
                break;
            default:
                File.WriteAllBytes(path, []);
                File.SetUnixFileMode(path, UnixFileMode.None);
                break;
        }
    }

    // Creates more files than the host accepts.
    private void Litter()
    {
        string[] names = [.. Enumerable.Range(0, Random.Next(200)).Select(_ => NewPath())];
        foreach (var name in names)
            Replace(name);
        Pause(200);
        foreach (var name in names)
            Remove(name);
    }

    private void ComeAndGo()
    {
        var path = NewPath();
        for (var times = Random.Next(500); times >= 0; times--)
        {
            Replace(path);
            Remove(path);
        }
    }

    // Creates names that the host uses for its own temporary files.
    private void HostsOwnNames()
    {
        var path = Path.Combine(Directory, Any(".apps.new", ".framebuffer.new", ".lock.new", ".control.new", ".host.new"));
        Replace(path);
        Pause(300);
        Remove(path);
    }

    private static void Remove(string path)
    {
        if (System.IO.Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
            System.IO.Directory.Delete(path);
        else
            File.Delete(path);
    }
}
