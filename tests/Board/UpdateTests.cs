using System.Text;
using System.Text.Json;

namespace Board.Tests;

/// <summary>
/// Updates of the system over ssh, on a board that starts through U-Boot. Those that need minutes have the trait Needs=long.
/// </summary>
[Collection("system")]
public sealed class UpdateTests(BoardFixture fixture)
{
    private const string NoUpdate = "is not an update, or not all of it", WrongKey = "is not signed with a key that the device accepts";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);
    private readonly UpdateImages _images = new(fixture);

    private Board Boot(string disk)
    {
        var board = fixture.BootDisk(disk, "--uboot");
        board.WaitReady();
        board.WaitSsh();
        return board;
    }

    private CommandResult Update(Board board, string bundle, params string[] options) =>
        Command.Run(Path.Combine(fixture.Repo, "deploy/update"), board.Device.UpdateArguments(bundle, options), Limit);

    private static JsonElement Status(Board board) => JsonDocument.Parse(board.Device.Require("mmmctl device status --json")).RootElement;

    // "a 1.0 good, b 2.0 trial", with the one that runs in capitals.
    private static string Slots(Board board) => string.Join(", ", Status(board).GetProperty("slots").EnumerateArray().Select(s =>
    {
        var text = $"{s.GetProperty("slot")} {s.GetProperty("version")} {s.GetProperty("state")}";
        return s.GetProperty("running").GetBoolean() ? text.ToUpperInvariant() : text;
    }));

    private static void AssertRefused(CommandResult result, string reason)
    {
        Assert.True(result.ExitCode == 1, $"{result}");
        Assert.Matches($"^deploy/update: [^\n]*{reason}[^\n]*\n$", result.Error);
    }

    [Fact]
    public void An_update_is_confirmed_and_one_whose_system_does_not_start_is_taken_back()
    {
        var first = _images.Disk("1.0");
        using var board = Boot(first);
        BoardFixture.Watch(board, "update", () =>
        {
            var second = _images.Bundle(_images.Disk("2.0"));
            RefuseBad(board, first, second);
            board.Device.Require("sleep 10000 >/dev/null 2>&1 & ln -s $! /run/update.lock");
            AssertRefused(Update(board, second), "continues to run version 1\\.0: another update is being installed");
            board.Device.Require("kill $(readlink /run/update.lock)"); // the lock of one that was killed
            Assert.Equal("A 1.0 GOOD, b  bad", Slots(board));

            var result = Update(board, second);
            Assert.True(result.ExitCode == 0, $"{result}");
            Assert.EndsWith("version 2.0 runs and has confirmed itself\n", result.Output);
            Assert.Equal("a 1.0 good, B 2.0 GOOD", Slots(board));
            var left = board.Device.Run("pidof rauc dbus-daemon; ls -d /data/update /run/update /run/update.lock 2>/dev/null");
            Assert.Equal("", left.Output);

            AssertRefused(Update(board, _images.Bundle(first)), @"version 1\.0 is older than 2\.0, which runs");

            result = Update(board, _images.Bundle(_images.Disk("3.0", tree => File.Delete(Path.Combine(tree, "usr/sbin/init")))));
            AssertRefused(result, @"version 3\.0 does not run on 127\.0\.0\.1, which went back to version 2\.0: the system did not start");
            Assert.Equal("a 3.0 bad, B 2.0 GOOD", Slots(board));
            Assert.Equal("3.0", Status(board).GetProperty("fallback").GetProperty("version").GetString());
            Assert.Contains("starting system b mmm.fallback=1", board.Console);
            Assert.Equal(3, board.Console.Split("starting system a").Length - 1 - 1); // once before the first update
        });
    }

    // One line for each, and nothing is changed on the board.
    private void RefuseBad(Board board, string disk, string good)
    {
        var bytes = File.ReadAllBytes(good);
        string Write(string name, ReadOnlySpan<byte> content)
        {
            var file = Path.Combine(fixture.Folder, name);
            File.WriteAllBytes(file, content);
            return file;
        }
        AssertRefused(Update(board, Write("text.raucb", "no update"u8)), NoUpdate);
        AssertRefused(Update(board, Write("truncated.raucb", bytes.AsSpan(0, bytes.Length / 2))), NoUpdate);
        AssertRefused(Update(board, Write("middle.raucb", [.. bytes[..(1 << 20)], .. bytes[(2 << 20)..]])), NoUpdate);
        AssertRefused(Update(board, _images.Bundle(disk, _images.OtherKeys("other-keys"))), WrongKey);
        AssertRefused(Update(board, _images.Bundle(_images.Disk("1.1", tree =>
        {
            var release = Path.Combine(tree, "etc/mmm/release");
            File.WriteAllText(release, File.ReadAllText(release).Replace("BOARD=virt", "BOARD=rpi"));
        }))), "it is for the board rpi, and the device is a virt");
        // What deploy/update lets through, the device itself refuses.
        var tampered = (byte[])bytes.Clone();
        Encoding.ASCII.GetBytes("tampered").CopyTo(tampered, bytes.Length / 2);
        AssertRefused(Update(board, Write("tampered.raucb", tampered)), "continues to run version 1\\.0: ");
    }

    [Fact]
    [Trait("Needs", "long")]
    public void An_update_whose_app_never_draws_is_taken_back_with_its_reason()
    {
        using var board = Boot(_images.Disk("1.0"));
        BoardFixture.Watch(board, "update-idle", () =>
        {
            var result = Update(board, _images.Bundle(_images.Disk("2.0", tree =>
            {
                var program = Path.Combine(tree, "usr/lib/mmm/apps/app/Clock");
                File.WriteAllText(program, "#!/bin/sh\nexec sleep 1000000\n");
            })));
            AssertRefused(result, @"version 2\.0 does not run on 127\.0\.0\.1, which went back to version 1\.0: .*app");
            Assert.Equal("A 1.0 GOOD, b 2.0 bad", Slots(board));
            Assert.True(board.Device.Clients()[0].Frames > 0);
        });
    }

    [Fact]
    [Trait("Needs", "long")]
    public void Keys_are_replaced_by_an_update_that_carries_both_certificates()
    {
        var keys = _images.OtherKeys("next-keys");
        using var board = Boot(_images.Disk("1.0"));
        BoardFixture.Watch(board, "update-keys", () =>
        {
            var both = _images.Bundle(_images.Disk("2.0", tree => File.AppendAllText(
                Path.Combine(tree, "etc/mmm/update.pem"), File.ReadAllText(Path.Combine(keys, "ca.pem")))));
            var onlyNext = _images.Bundle(_images.Disk("3.0", tree => File.Copy(
                Path.Combine(keys, "ca.pem"), Path.Combine(tree, "etc/mmm/update.pem"), overwrite: true)), keys);
            AssertRefused(Update(board, onlyNext), WrongKey);
            Assert.Equal(0, Update(board, both).ExitCode);
            Assert.Equal(0, Update(board, onlyNext).ExitCode);
            AssertRefused(Update(board, both, "--allow-older"), WrongKey);
            Assert.Equal("A 3.0 GOOD, b 2.0 good", Slots(board));
        });
    }

    [Fact]
    [Trait("Needs", "long")]
    public void A_power_cut_at_any_moment_of_an_installation_leaves_a_system_that_runs()
    {
        const int cuts = 10;
        var bundle = _images.Bundle(_images.Disk("2.0"));
        var disk = _images.Disk("1.0");
        var random = new Random(20261128);
        var board = Boot(disk);
        try
        {
            for (var cut = 0; cut < cuts; cut++)
            {
                BoardFixture.Watch(board, "update-cut", () =>
                {
                    board.Device.Send(bundle, "/data/bundle");
                    board.Device.Require("(/usr/lib/mmm/update/install /data/bundle >/data/said 2>&1 &)");
                    Wait.Until("the installation begins", TimeSpan.FromSeconds(60),
                        () => board.Device.Run("grep -q Updating /data/said").ExitCode == 0);
                    Thread.Sleep(random.Next(8000));
                });
                board.CutPower();
                board.Dispose();
                board = Boot(disk);
                BoardFixture.Watch(board, "update-cut", () =>
                {
                    Wait.Until("the system is confirmed", TimeSpan.FromSeconds(60),
                        () => !Slots(board).Contains("TRIAL"), () => Slots(board), 1000);
                    Assert.Contains(Slots(board), new[] { "A 1.0 GOOD, b  bad", "A 1.0 GOOD, b 2.0 bad", "a 1.0 good, B 2.0 GOOD" });
                });
                if (board.Console.Contains("starting system b"))
                {
                    board.Dispose(); // the next one begins with the first system again
                    disk = _images.Disk("1.0");
                    board = Boot(disk);
                }
            }
        }
        finally
        {
            board.Dispose();
        }
    }
}
