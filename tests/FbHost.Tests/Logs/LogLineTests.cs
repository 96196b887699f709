using System.Text;
using FbHost.Logs;

namespace FbHost.Tests.Logs;

/// <summary>What programs and the kernel write becomes lines of one form.</summary>
public class LogLineTests
{
    private static LogLine OfOutput(string text) => LogLine.OfOutput(Encoding.UTF8.GetBytes(text));

    private static LogLine OfDatagram(string text) => LogLine.OfDatagram(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Output_has_a_source_and_perhaps_a_level()
    {
        Assert.Equal(new LogLine(LogLine.Information, "Clock", "it is 12: noon"), OfOutput("Clock: it is 12: noon"));
        Assert.Equal(new LogLine(LogLine.Warning, "mmm", "app Clock ended"), OfOutput("<4>mmm: app Clock ended"));
        Assert.Equal(new LogLine(LogLine.Information, "mmm", "no source"), OfOutput("no source"));
    }

    [Theory]
    [InlineData("<38>Mar  1 14:07:05 dropbear[123]: Exit before auth", "dropbear", "Exit before auth", 6)]
    [InlineData("<27>udhcpc: no lease", "udhcpc", "no lease", 3)]
    [InlineData("<13>Mar  1 14:07:05 root: a\nb\u001b[2J\n", "root", "a b?[2J", 5)]
    [InlineData("<30>Mar  1 14:07:05 : starting pid 7", "syslog", "starting pid 7", 6)]
    [InlineData("<>no: level", "<>no", "level", 6)]
    [InlineData("", "syslog", "", 6)]
    [InlineData("<13>Mar  1 14:07:05", "syslog", "Mar  1 14:07:05", 5)]
    public void A_datagram_has_the_tag_of_its_program(string datagram, string source, string text, int level) =>
        Assert.Equal(new LogLine(level, source, text), OfDatagram(datagram));

    [Fact]
    public void The_kernel_s_lines_differ_from_those_that_programs_write_to_its_log()
    {
        var kernel = LogLine.OfKernel("4,339,5140900,-;mmc0: error -110\n SUBSYSTEM=mmc"u8);
        Assert.Equal((new LogLine(LogLine.Warning, "kernel", "mmc0: error -110") { IsOfKernel = true }, 5_140_900L), kernel);
        var boot = LogLine.OfKernel("11,340,6000000,-;boot: no data partition\n"u8);
        Assert.Equal((new LogLine(LogLine.Error, "boot", "no data partition"), 6_000_000L), boot);
        Assert.Null(LogLine.OfKernel("rubbish"u8));
        Assert.Null(LogLine.OfKernel("1,2;no time"u8));
    }

    [Fact]
    public void A_line_is_of_bounded_length_and_says_when_and_how_bad()
    {
        var line = OfOutput($"<4>{new string('s', 65)}: {new string('x', 4000)}").At(new DateTime(2026, 3, 1, 14, 7, 5, DateTimeKind.Utc));
        Assert.StartsWith("2026-03-01T14:07:05.000000Z warning mmm: sss", line);
        Assert.InRange(line.Length, 1000, 1100);
        Assert.Equal("mmm", LogLine.SourceOf(line));
        Assert.Null(LogLine.SourceOf("torn"));
    }
}
