using System.Globalization;
using System.Text;

namespace FbHost.Tests.Support;

/// <summary>
/// A strict reader of Prometheus' text format 0.0.4 (prometheus.io, "Exposition formats"): each metric has a HELP and a TYPE line before
/// its samples, all lines of a metric are together, and no sample is there twice.
/// </summary>
internal sealed class Exposition
{
    private readonly Dictionary<string, string> _types = [];
    private readonly List<(string Name, SortedDictionary<string, string> Labels, double Value)> _samples = [];
    private readonly HashSet<string> _seen = [];
    private string? _help; // the metric of the HELP line before
    private string? _metric;

    /// <exception cref="FormatException">The text does not follow the format; the message has the line.</exception>
    public Exposition(string text)
    {
        if (text.Length > 0 && text[^1] != '\n')
            throw new FormatException("the last line has no line break");
        foreach (var line in text.Split('\n')[..^1])
        {
            try
            {
                if (line.StartsWith("# HELP ", StringComparison.Ordinal))
                    ReadHelp(line[7..]);
                else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                    ReadType(line[7..]);
                else
                    ReadSample(line);
            }
            catch (FormatException e)
            {
                throw new FormatException($"{e.Message}: {line}");
            }
        }
        Require(_help is null, "a HELP line without a TYPE line");
    }

    public IEnumerable<string> Metrics => _types.Keys;

    /// <summary>The values of a metric's samples with these labels.</summary>
    public IEnumerable<double> Values(string name, params (string Name, string Value)[] labels) => _samples
        .Where(s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Name) == l.Value)).Select(s => s.Value);

    /// <summary>The value of the only sample with these labels.</summary>
    public double this[string name, params (string Name, string Value)[] labels] => Assert.Single(Values(name, labels));

    private static void Require(bool condition, string fault)
    {
        if (!condition)
            throw new FormatException(fault);
    }

    private void ReadHelp(string rest)
    {
        var name = rest.Split(' ')[0];
        Require(IsName(name) && rest.Length > name.Length + 1, "no name or no text");
        Require(_help is null, "a HELP line without a TYPE line before");
        for (var at = 0; (at = rest.IndexOf('\\', at)) >= 0; at += 2)
            Require(at + 1 < rest.Length && rest[at + 1] is '\\' or 'n', "a backslash that escapes nothing");
        _help = name;
    }

    private void ReadType(string rest)
    {
        Require(rest.Split(' ') is [var name, "counter" or "gauge"] && name == _help, "a TYPE line that does not follow its HELP line");
        var (metric, type) = (_help!, rest.Split(' ')[1]);
        Require(_types.TryAdd(metric, type), "a metric that was there already");
        Require((type == "counter") == metric.EndsWith("_total", StringComparison.Ordinal), "only counters are called _total");
        (_metric, _help) = (metric, null);
    }

    private void ReadSample(string line)
    {
        var end = line.IndexOfAny(['{', ' ']);
        Require(end > 0 && line[..end] == _metric && _help is null, "a sample of another metric");
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (line[end] == '{')
            end = ReadLabels(line, end + 1, labels);
        Require(end < line.Length && line[end] == ' ', "no space before the value");
        Require(double.TryParse(line[(end + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && !line[(end + 1)..].Contains(' '), "no number");
        Require(_types[_metric!] != "counter" || value >= 0, "a counter below 0");
        Require(_seen.Add(_metric + string.Concat(labels.Select(l => $"\0{l.Key}\0{l.Value}"))), "a sample that was there already");
        _samples.Add((_metric!, labels, value));
    }

    // Returns the place behind the bracket.
    private static int ReadLabels(string line, int at, SortedDictionary<string, string> labels)
    {
        while (true)
        {
            var equals = line.IndexOf('=', at);
            Require(equals > at && IsName(line[at..equals]) && !line[at..equals].Contains(':'), "no name of a label");
            var name = line[at..equals];
            at = equals + 1;
            Require(at < line.Length && line[at] == '"', "no quote");
            var value = new StringBuilder();
            for (at++; at < line.Length && line[at] != '"'; at++)
            {
                if (line[at] != '\\')
                {
                    value.Append(line[at]);
                    continue;
                }
                at++;
                Require(at < line.Length && line[at] is '\\' or '"' or 'n', "a backslash that escapes nothing");
                value.Append(line[at] == 'n' ? '\n' : line[at]);
            }
            Require(at + 1 < line.Length && line[at + 1] is ',' or '}', "no end of a label");
            Require(labels.TryAdd(name, value.ToString()), "a label that was there already");
            at += 2;
            if (line[at - 1] == '}')
                return at;
        }
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':');
}
