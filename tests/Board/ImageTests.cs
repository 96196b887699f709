using System.Security.Cryptography;

namespace Board.Tests;

/// <summary>firmware-image/build: the same bytes each time, and what it refuses.</summary>
[Collection("system")]
public sealed class ImageTests(BoardFixture fixture)
{
    private const long MostCompressed = 48_000_000;

    [Fact]
    public void The_same_inputs_make_the_same_bytes()
    {
        var compressed = Path.Combine(fixture.Folder, "image", "again.img.xz");
        var result = fixture.Build([.. fixture.ImageArguments, "-o", compressed]);
        Assert.True(result.ExitCode == 0, $"{result}");
        fixture.Measured("image with Clock, compressed", $"{new FileInfo(compressed).Length / 1e6:0.0} MB");
        Assert.InRange(new FileInfo(compressed).Length, 1, MostCompressed);
        Command.Require("xz", ["-d", "-f", compressed], TimeSpan.FromMinutes(2));
        Assert.Equal(Hash(fixture.Image), Hash(Path.ChangeExtension(compressed, null)));
        File.Delete(Path.ChangeExtension(compressed, null));
    }

    [Theory]
    [InlineData("--board pi9", "unknown board pi9 (boards: rpi virt)")]
    [InlineData("--app NoSuchApp", "there is no app NoSuchApp: it must be a folder with a project, ")]
    [InlineData("--app Broken --app-dir FOLDER", "/Broken is not an arm64 program; publish it with -r linux-arm64")]
    [InlineData("--app Clock --app-dir CLOCK --app Clock --app-dir CLOCK", "two apps have the name clock")]
    [InlineData("--app Clock --app-dir CLOCK --ssh-key FOLDER/none.pub", "none.pub; ssh-keygen -t ed25519 makes one")]
    [InlineData("--app Clock --app-dir CLOCK --size 300M", "--size is 300M; the image needs at least 428M")]
    [InlineData("--app Clock --app-dir CLOCK -o FOLDER/image", "it must end in .img or .img.xz")]
    [InlineData("--app Clock --app-dir CLOCK --config FOLDER/none.json", "cannot read the file ")]
    [InlineData("--app Clock --app-dir CLOCK --config FOLDER/bad.json", "bad.json:2:")]
    public void Bad_input_is_refused_with_one_line_and_nothing_is_built(string arguments, string said)
    {
        var folder = Directory.CreateDirectory(Path.Combine(fixture.Folder, "refused")).FullName;
        File.WriteAllText(Path.Combine(folder, "Broken"), "#!/bin/sh, which is a text and no program");
        File.WriteAllText(Path.Combine(folder, "bad.json"), "{\n  \"diplay\": {}\n}\n");
        var words = arguments.Replace("FOLDER", folder).Replace("CLOCK", fixture.Programs.Clock).Split(' ');
        if (!words.Contains("--board"))
            words = ["--board", "virt", .. words];
        if (!words.Contains("-o"))
            words = [.. words, "-o", Path.Combine(folder, "new.img")];
        var result = fixture.Build(words);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(said, Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Empty(Directory.GetFiles(folder, "*.img"));
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
