using System.Text;
using FbHost.Options;
using Mmm;

namespace FbHost.Tests.Calibration;

/// <summary>One value of a configuration is set, and nothing else changes.</summary>
public sealed class ConfigEditTests : IDisposable
{
    private static readonly string[] Key = ["input", "touch", "calibration"];
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    private static string Set(string json) => Encoding.UTF8.GetString(ConfigEdit.Set(Encoding.UTF8.GetBytes(json), Key, "[1]"));

    [Theory]
    [InlineData("{}", """{ "input": { "touch": { "calibration": [1] } } }""")]
    [InlineData("{ }", """{ "input": { "touch": { "calibration": [1] } } }""")]
    [InlineData("""{"path":"/x"}""", """{"path":"/x", "input": { "touch": { "calibration": [1] } }}""")]
    [InlineData("""{ "path": "/x", }""", """{ "path": "/x", "input": { "touch": { "calibration": [1] } } }""")]
    [InlineData("""{ "path": "/x" /* , */ }""", """{ "path": "/x", "input": { "touch": { "calibration": [1] } } /* , */ }""")]
    [InlineData("""{ "path": "/x" /* a */, }""", """{ "path": "/x" /* a */, "input": { "touch": { "calibration": [1] } } }""")]
    [InlineData("""{ "input": {} }""", """{ "input": { "touch": { "calibration": [1] } } }""")]
    [InlineData("{ \"input\": { \"touch\": { \"calibration\": [ 1, 0, // old\n 0 ], } } }",
        """{ "input": { "touch": { "calibration": [1], } } }""")]
    [InlineData("""{ "input": { "touch": { "calibration": null } } }""", """{ "input": { "touch": { "calibration": [1] } } }""")]
    [InlineData("""{ "apps": [ { "input": { "touch": 1 } } ], "input": { "devices": [ "auto" ] } }""",
        """{ "apps": [ { "input": { "touch": 1 } } ], "input": { "devices": [ "auto" ], "touch": { "calibration": [1] } } }""")]
    public void On_one_line(string before, string after) => Assert.Equal(after, Set(before));

    [Theory]
    [InlineData("{\n}\n", "{\n  \"input\": { \"touch\": { \"calibration\": [1] } }\n}\n")]
    [InlineData("// mine\n{\n    // kept\n    \"path\": \"/x\" // here, too\n}\n// end\n",
        "// mine\n{\n    // kept\n    \"path\": \"/x\", // here, too\n    \"input\": { \"touch\": { \"calibration\": [1] } }\n}\n// end\n")]
    [InlineData("{\r\n\t\"path\": \"/x\",\r\n\t\"help\": \"h\"\r\n}\r\n",
        "{\r\n\t\"path\": \"/x\",\r\n\t\"help\": \"h\",\r\n\t\"input\": { \"touch\": { \"calibration\": [1] } }\r\n}\r\n")]
    [InlineData("{\n  \"input\": {\n    \"devices\": [ \"auto\" ], // ,\n  },\n}",
        "{\n  \"input\": {\n    \"devices\": [ \"auto\" ], // ,\n    \"touch\": { \"calibration\": [1] }\n  },\n}")]
    [InlineData("{\n  // nothing yet\n}", "{\n  // nothing yet\n  \"input\": { \"touch\": { \"calibration\": [1] } }\n}")]
    public void On_several_lines(string before, string after) => Assert.Equal(after, Set(before));

    [Theory]
    [InlineData("""{ "input": 5 }""", "input is not an object")]
    [InlineData("""{ "input": { "touch": [ ] } }""", "touch is not an object")]
    [InlineData("[]", "a configuration must be an object")]
    public void What_is_no_object_is_left_alone(string json, string fault) =>
        Assert.Contains(fault, Assert.Throws<MmmException>(() => Set(json)).Message);

    [Fact]
    public void The_file_keeps_its_mode_and_nothing_is_left_beside_it()
    {
        var file = _temp.Write("a.json", "{}");
        File.SetUnixFileMode(file, (UnixFileMode)0x1A0 /* 0640 */);
        ConfigEdit.Save(file, Key, "[1, 0, 0, 0, 1, 0]", f => ConfigFile.Load(f));
        Assert.Equal((UnixFileMode)0x1A0, File.GetUnixFileMode(file));
        Assert.Equal(["a.json"], Directory.GetFileSystemEntries(_temp.Path).Select(Path.GetFileName));
        Assert.Equal(InputEvdev.CalibrationMatrix.Identity, ConfigFile.Load(file).DeviceRules.Touch.Calibration);
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        var file = _temp.Write("real.json", "{}");
        File.CreateSymbolicLink(_temp["link.json"], file);
        ConfigEdit.Save(_temp["link.json"], Key, "[1, 0, 0, 0, 1, 0]", f => ConfigFile.Load(f));
        Assert.NotNull(new FileInfo(_temp["link.json"]).LinkTarget);
        Assert.Contains("calibration", File.ReadAllText(file));
    }

    [Fact]
    public void A_read_only_file_a_missing_one_and_one_that_would_be_wrong_stay_as_they_are()
    {
        var file = _temp.Write("a.json", "{}");
        Assert.Contains("a.json", Assert.Throws<MmmException>(() => ConfigEdit.Save(file, Key, "[1]", f => ConfigFile.Load(f))).Message);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        Assert.Contains("is read-only",
            Assert.Throws<MmmException>(() => ConfigEdit.Save(file, Key, "[1, 0, 0, 0, 1, 0]", _ => { })).Message);
        Assert.Equal("{}", File.ReadAllText(file));
        Assert.Contains("No such file",
            Assert.Throws<MmmException>(() => ConfigEdit.Save(_temp["none.json"], Key, "[1]", _ => { })).Message);
        var broken = _temp.Write("broken.json", "{\n \"a\": \n");
        Assert.Contains("broken.json:", Assert.Throws<MmmException>(() => ConfigEdit.Save(broken, Key, "[1]", _ => { })).Message);
        Assert.Equal(["a.json", "broken.json"], Directory.GetFileSystemEntries(_temp.Path).Select(Path.GetFileName).Order());
    }
}
