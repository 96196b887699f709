namespace FbHost.Tests.Device;

/// <summary>The commands <c>mmmctl device</c> on a folder in place of the data partition.</summary>
public sealed class DeviceCommandsTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private (int Code, string Output, string[] Errors) Run(params string[] arguments)
    {
        using var child = new Child(Programs.Mmmctl, ["device", .. arguments, "--data", _temp.Path]);
        var code = child.WaitForEnd();
        return (code, string.Join('\n', child.Output), child.Errors);
    }

    private string Settings => File.ReadAllText(_temp["device.json"]);

    private string[] Names => [.. Directory.GetFileSystemEntries(_temp["device"]).Select(f => Path.GetFileName(f)!).Order()];

    [Fact]
    public void A_setting_is_written_and_shown_and_only_root_can_read_it()
    {
        Assert.Equal(0, Run("set", "hostname=panel7", "timezone=UTC").Code);
        Assert.Contains("\"hostname\": \"panel7\"", Settings);
        Assert.Equal("panel7\n", File.ReadAllText(_temp["device/hostname"]));
        Assert.Matches("hostname +panel7\n", Run("show").Output);
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(_temp["device.json"]));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(_temp["device"]));
        Assert.Equal(0, Run("set", "hostname=").Code);
        Assert.DoesNotContain("panel7", Settings);
    }

    [Fact]
    public void Of_several_changes_with_a_fault_none_is_made()
    {
        Assert.Equal(0, Run("set", "hostname=panel7").Code);
        var before = Settings;
        var (code, _, errors) = Run("set", "hostname=other", "ip=10.0.0.0/24");
        Assert.Equal(1, code);
        Assert.Contains("mmmctl: ip is \"10.0.0.0/24\"; it must be", Assert.Single(errors));
        Assert.Equal(before, Settings);
    }

    [Fact]
    public void A_change_of_the_network_is_taken_back_unless_it_is_confirmed()
    {
        Run("set", "--yes", "ip=10.0.0.7/24");
        Assert.DoesNotContain("former-network.json", Names);
        Run("set", "ip=10.0.0.8/24", "hostname=panel7");
        Run("set", "ip=10.0.0.9/24"); // the last confirmed address is what counts
        Assert.Contains("former-network.json", Names);
        Assert.Contains("taken back", Run("show").Output);
        Assert.Equal(0, Run("take-back").Code);
        Assert.Equal("10.0.0.7/24\n", File.ReadAllText(_temp["device/address-eth0"]));
        Assert.Contains("panel7", Settings);
        Assert.Equal(1, Run("confirm").Code);
        Run("set", "ip=10.0.0.8/24");
        Assert.Equal(0, Run("confirm").Code);
        Assert.Equal(0, Run("take-back").Code);
        Assert.Contains("10.0.0.8", Settings);
    }

    [Fact]
    public void A_good_file_is_imported_without_its_secret_and_a_bad_one_has_a_report_beside_it()
    {
        var file = _temp.Write("dropped.json", "{ \"hostname\": \"panel8\", \"wifi\": \"plant:correct horse\" }");
        Assert.Equal(0, Run("import", file).Code);
        Assert.Contains("correct horse", Settings);
        Assert.False(File.Exists(file));
        Assert.Contains("plant:…", File.ReadAllText(file + ".imported"));
        Assert.DoesNotContain("horse", File.ReadAllText(file + ".imported"));

        var before = Settings;
        _temp.Write("dropped.json", "{ \"hostname\": \"-\" }");
        Assert.Equal(1, Run("import", file).Code);
        Assert.Equal(before, Settings);
        Assert.Contains("dropped.json:1: hostname is \"-\"; it must be", File.ReadAllText(file + ".txt"));
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void Missing_folders_files_and_commands_are_one_line()
    {
        foreach (var arguments in (string[][])[["set"], ["nosuch"], ["check", _temp["none"]], ["show", "--nosuch"]])
        {
            var (code, _, errors) = Run(arguments);
            Assert.Equal(1, code);
            Assert.Single(errors);
        }
        using var child = new Child(Programs.Mmmctl, ["device", "set", "log=info", "--data", _temp["none"]]);
        Assert.Equal(1, child.WaitForEnd());
        Assert.Contains("there is no such folder", Assert.Single(child.Errors));
    }

    [Fact]
    public void Files_that_are_derived_anew_and_stay_the_same_are_not_written()
    {
        Run("set", "hostname=panel7");
        var before = Names.Select(n => File.GetLastWriteTimeUtc(_temp[$"device/{n}"])).ToArray();
        Assert.Equal(0, Run("apply").Code);
        Assert.Equal(before, Names.Select(n => File.GetLastWriteTimeUtc(_temp[$"device/{n}"])));
    }
}
