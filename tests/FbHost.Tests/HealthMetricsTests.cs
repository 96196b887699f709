using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using FbHost.Control;

namespace FbHost.Tests;

/// <summary>The text for Prometheus, for any answer of a host.</summary>
public class HealthMetricsTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char["ab\"\\\n\r\t {},=#é€\u0001"], 1, 8];

    private static Answer Made(string[] names, string other, double number)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var w = new Utf8JsonWriter(buffer))
        {
            w.WriteStartObject();
            w.WriteBoolean("healthy", false);
            w.WriteStartArray("problems");
            w.WriteStringValue(other);
            w.WriteEndArray();
            w.WriteStartArray("apps");
            foreach (var name in names)
            {
                w.WriteStartObject();
                w.WriteString("app", name);
                w.WriteString("state", other);
                w.WriteNumber("frames", number);
                w.WriteEndObject();
            }
            w.WriteEndArray();
            foreach (var (part, member) in new[] { ("host", "version"), ("display", "description"), ("input", "x"), ("sound", "device") })
            {
                w.WriteStartObject(part);
                w.WriteString(member, other);
                w.WriteEndObject();
            }
            w.WriteEndObject();
        }
        return Answer.Parse(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    [Fact]
    public void Any_names_and_numbers_come_back_from_the_text() =>
        Gen.Select(Text.Array[0, 4], Text, Gen.Double[0, 1e18]).Sample((names, other, number) =>
        {
            names = [.. names.Distinct()];
            var metrics = new Exposition(HealthMetrics.Of(Made(names, other, number)));
            foreach (var name in names)
            {
                Assert.Equal(number, metrics["mmm_app_frames_total", ("app", name)]);
                Assert.Equal(1, metrics["mmm_app_state", ("app", name), ("state", other)]);
            }
            Assert.Equal(1, metrics["mmm_host_info", ("version", other)]);
            Assert.Equal(1, metrics["mmm_audio_info", ("device", other)]);
            Assert.Equal(names.Length > 0, metrics.Metrics.Contains("mmm_app_frames_total"));
        });

    [Theory]
    [InlineData("mmm_a 1\n")]
    [InlineData("# HELP mmm_a A.\nmmm_a 1\n")]
    [InlineData("# HELP mmm_a A.\n# TYPE mmm_a gauge\nmmm_a 1")]
    [InlineData("# HELP mmm_a A.\n# TYPE mmm_a gauge\nmmm_a one\n")]
    [InlineData("# HELP mmm_a A.\n# TYPE mmm_a gauge\nmmm_a 1\nmmm_a 2\n")]
    [InlineData("# HELP mmm_a A.\n# TYPE mmm_a gauge\nmmm_a{b=\"c\"d\"} 1\n")]
    [InlineData("# HELP mmm_a A.\n# TYPE mmm_a gauge\nmmm_a{b=\"\\c\"} 1\n")]
    [InlineData("# HELP mmm_a A.\n# TYPE mmm_a gauge\nmmm_a{b=\"c\",b=\"d\"} 1\n")]
    [InlineData("# HELP mmm_a A.\n# TYPE mmm_a counter\nmmm_a 1\n")]
    [InlineData("# HELP mmm_a A.\n# TYPE mmm_a gauge\nmmm_b 1\n")]
    public void The_reader_of_these_tests_refuses_what_is_not_the_format(string text) =>
        Assert.Throws<FormatException>(() => new Exposition(text));
}
