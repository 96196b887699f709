using System.Globalization;
using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace AlsaSink.Tests;

/// <summary>The advice about cards whose nodes may not be opened, with a folder in place of /dev/snd and a thread without rights.</summary>
public sealed class CardRemedyTests : IDisposable
{
    private const int Nobody = 65534;
    private readonly string _nodes = Directory.CreateTempSubdirectory("snd").FullName;

    public CardRemedyTests() => File.SetUnixFileMode(_nodes, (UnixFileMode)0b111_101_101);

    public void Dispose() => Directory.Delete(_nodes, true);

    [DllImport("libc")]
    private static extern int setfsuid(int user);

    [DllImport("libc")]
    private static extern int setfsgid(int group);

    [DllImport("libc")]
    private static extern int chown(string path, int user, int group);

    // The rights to files are those of a thread (setfsuid(2)), so they are given up on a thread of its own.
    private string Remedy(int error)
    {
        string remedy = "";
        Thread thread = new(() =>
        {
            setfsgid(Nobody);
            setfsuid(Nobody);
            remedy = CardRemedy.Of(error, _nodes);
        });
        thread.Start();
        thread.Join();
        return remedy;
    }

    private string Node(string name, int mode, int group)
    {
        string path = Path.Combine(_nodes, name);
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, (UnixFileMode)mode);
        Assert.True(getuid() != 0 || chown(path, 0, group) == 0);
        return path;
    }

    [Theory]
    [InlineData("controlC0")]
    [InlineData("pcmC1D3p")]
    public void A_node_that_this_user_may_not_open_is_told_with_its_group(string name)
    {
        Node("controlC9", 0b110_110_110, 0);
        Node("pcmC0D0c", 0, 0); // records
        string[] audio = File.ReadLines("/etc/group").First(l => l.StartsWith("audio:", StringComparison.Ordinal)).Split(':');
        string node = Node(name, 0b110_110_000, int.Parse(audio[2], CultureInfo.InvariantCulture));
        string line = $"this user may not open {node}; add the user to the group \"audio\"";
        Assert.Equal(line, Remedy(ENOENT));
        Assert.Equal(line, Remedy(EACCES));
    }

    [Fact]
    public void A_group_without_a_name_is_told_by_its_number()
    {
        string node = Node("controlC0", 0b110_110_000, 54321);
        Assert.Equal($"this user may not open {node}; add the user to the group \"54321\"", Remedy(ENOENT));
    }

    [Fact]
    public void A_device_that_is_not_there_has_nothing_to_do_with_rights()
    {
        Node("controlC0", 0b110_110_110, 0);
        Assert.StartsWith("see /proc/asound/cards ", Remedy(ENOENT));
        Assert.StartsWith("see /proc/asound/cards ", CardRemedy.Of(ENOENT, "/nosuch"));
        Assert.Equal("end the program that uses it", Remedy(EBUSY));
    }
}
