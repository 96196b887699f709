using System.Globalization;
using System.Reflection;

namespace Board.Tests;

/// <summary>The tests that use boards, one after the other.</summary>
[CollectionDefinition("board")]
public sealed class BoardCollection : ICollectionFixture<BoardFixture>;

/// <summary>An image built from this repository, and a board that booted it: shared by all tests.</summary>
public sealed class BoardFixture : IDisposable
{
    private readonly string _key;

    public BoardFixture()
    {
        Repo = typeof(BoardFixture).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "RepoRoot").Value!;
        Folder = Path.Combine(Repo, "out/board");
        Directory.CreateDirectory(Folder);
        foreach (var old in Directory.EnumerateFiles(Folder))
            File.Delete(old);
        Programs = new Programs(Repo);
        Programs.Provide();

        _key = Path.Combine(Folder, "key");
        Command.Require("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", _key], TimeSpan.FromSeconds(30));
        Image = Path.Combine(Folder, "image");
        Command.Require(Path.Combine(Repo, "firmware-image/build"),
            [
                "--board", "virt", "--app", "Clock", "--app-dir", Programs.Clock, "--host-dir", Programs.Host, "--view-dir", Programs.View,
                "--ssh-key", $"{_key}.pub", "--out", Image,
            ],
            TimeSpan.FromMinutes(5));
        Command.Require("cp", ["--sparse=always", Path.Combine(Image, "data.ext4"), Path.Combine(Folder, "data.ext4")],
            TimeSpan.FromMinutes(1));
        Board = Boot("board");
        // At once, and not when the first test of this board runs.
        Measured("power-on to the host's ready line", $"{Board.WaitReady().TotalSeconds:0.00} s");
        Wait.Until("a picture on the screen", TimeSpan.FromSeconds(30), () => !Board.Screen().IsPlain);
        Measured("power-on to the first picture", $"{Board.Uptime.Elapsed.TotalSeconds:0.00} s (or less: seen by screendump)");
        Measured("power-on to ssh", $"{Board.WaitSsh().TotalSeconds:0.00} s");
    }

    internal string Repo { get; }

    /// <summary>Where screendumps, console logs and measurements are left.</summary>
    internal string Folder { get; }

    internal string Image { get; }

    internal Programs Programs { get; }

    internal Board Board { get; }

    /// <summary>Powers on a board with the image and its data as they are now.</summary>
    internal Board Boot(string name) => new(Repo, Image, Folder, name, _key);

    /// <summary>
    /// Powers on another board beside it, with the same image and empty data, and further devices (QEMU's arguments); waits until its host
    /// serves and ssh answers.
    /// </summary>
    internal Board BootAnother(string name, params string[] devices)
    {
        var image = Path.Combine(Folder, $"image-{name}");
        Directory.CreateDirectory(image);
        foreach (var file in new[] { "vmlinuz", "initrd.gz", "root.squashfs" })
        {
            File.Delete(Path.Combine(image, file));
            File.CreateSymbolicLink(Path.Combine(image, file), Path.Combine(Image, file));
        }
        Command.Require("cp", ["--sparse=always", Path.Combine(Folder, "data.ext4"), image], TimeSpan.FromMinutes(1));
        return BootAgain(name, devices);
    }

    /// <summary>Powers on the board of that name again, with its data as they are now.</summary>
    internal Board BootAgain(string name, params string[] devices)
    {
        var board = new Board(Repo, Path.Combine(Folder, $"image-{name}"), Folder, name, _key, devices);
        board.WaitReady();
        board.WaitSsh();
        return board;
    }

    /// <summary>Prints a measurement, and keeps it in measured.txt.</summary>
    internal void Measured(string what, FormattableString value)
    {
        var line = $"{what}: {value.ToString(CultureInfo.InvariantCulture)}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        File.AppendAllText(Path.Combine(Folder, "measured.txt"), line + "\n");
    }

    /// <summary>Runs a test's steps; when one fails, says what was to be seen then, and where it is kept.</summary>
    internal static void Watch(Board board, string test, Action steps)
    {
        try
        {
            steps();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\n{board.KeepEvidence(test)}", e);
        }
    }

    public void Dispose() => Board?.Dispose();
}
