using System.Globalization;
using System.Reflection;

[assembly: AssemblyFixture(typeof(Board.Tests.BoardFixture))]

namespace Board.Tests;

// The tests of a collection run one after the other. Those of "device" and "system" run at the same time, because many wait for boards that
// wait. Those of "alone" compare rates or listen to sound, so only one board works meanwhile.

/// <summary>What a board does: picture, input, settings, log, new releases.</summary>
[CollectionDefinition("device")]
public sealed class DeviceCollection;

/// <summary>The image itself: its build and start, updates and power cuts.</summary>
[CollectionDefinition("system")]
public sealed class SystemCollection;

/// <summary>Rates and sound.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>An image built from this repository, and a board that booted it: shared by all tests.</summary>
public sealed class BoardFixture : IDisposable
{
    private readonly string _key;
    private readonly Lock _measuring = new();

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
        Keys = Path.Combine(Folder, "keys");
        if (Directory.Exists(Keys))
            Directory.Delete(Keys, recursive: true);
        Command.Require(Path.Combine(Repo, "firmware-image/keys"), [Keys], TimeSpan.FromMinutes(1));
        Image = Path.Combine(Folder, "image", "disk.img");
        var built = Build([.. ImageArguments, "-o", Image]);
        if (built.ExitCode != 0)
            throw new InvalidOperationException($"firmware-image/build: {built}");
        CopyDisk(SharedDisk);
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

    /// <summary>The image as it was built; no board writes to it.</summary>
    internal string Image { get; }

    internal Programs Programs { get; }

    internal Board Board { get; }

    /// <summary>The folder with the keys whose updates <see cref="Image"/> accepts.</summary>
    internal string Keys { get; }

    private string SharedDisk => Path.Combine(Folder, "disk.img");

    /// <summary>Powers on a board with the disk of <see cref="Board"/> as it is now.</summary>
    internal Board Boot(string name) => new(Repo, SharedDisk, Folder, name, _key, []);

    /// <summary>
    /// Powers on another board beside it, with a new copy of the image and further devices (QEMU's arguments); waits until its host serves
    /// and ssh answers.
    /// </summary>
    internal Board BootAnother(string name, params string[] devices)
    {
        NewDisk(name);
        return BootAgain(name, devices);
    }

    /// <summary>Powers on a board that <see cref="BootAnother"/> had made, with the data that it has.</summary>
    internal Board BootAgain(string name, params string[] devices)
    {
        var board = new Board(Repo, Path.Combine(Folder, $"{name}.img"), Folder, name, _key, [], devices);
        board.WaitReady();
        board.WaitSsh();
        return board;
    }

    /// <summary>Powers on another board with a disk that a test has prepared, and with options of <c>firmware-image/boot</c>.</summary>
    internal Board BootDisk(string disk, params string[] boot) =>
        new(Repo, disk, Folder, Path.GetFileNameWithoutExtension(disk), _key, boot);

    /// <summary>Makes a new copy of the image; its path.</summary>
    internal string NewDisk(string name)
    {
        var disk = Path.Combine(Folder, $"{name}.img");
        CopyDisk(disk);
        return disk;
    }

    /// <summary>Runs firmware-image/build with the programs of the tests.</summary>
    internal CommandResult Build(params string[] arguments) => Command.Run(Path.Combine(Repo, "firmware-image/build"),
        ["--host-dir", Programs.Host, "--view-dir", Programs.View, .. arguments], TimeSpan.FromMinutes(10));

    /// <summary>The arguments of <see cref="Build"/> for <see cref="Image"/>.</summary>
    internal string[] ImageArguments =>
    [
        "--board", "virt", "--app", "Clock", "--app-dir", Programs.Clock, "--ssh-key", $"{_key}.pub",
        "--update-cert", Path.Combine(Keys, "ca.pem"),
    ];

    internal void CopyDisk(string to) => Command.Require("cp", ["--sparse=always", Image, to], TimeSpan.FromMinutes(1));

    /// <summary>Prints a measurement, and keeps it in measured.txt.</summary>
    internal void Measured(string what, FormattableString value)
    {
        var line = $"{what}: {value.ToString(CultureInfo.InvariantCulture)}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        lock (_measuring)
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
