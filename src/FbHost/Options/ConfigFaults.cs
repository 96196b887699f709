using Mmm;

namespace FbHost.Options;

/// <summary>The faults that were found in one configuration file, up to a number.</summary>
/// <param name="file">The file's path, with which each fault begins.</param>
internal sealed class ConfigFaults(string file)
{
    private const int Most = 100;
    private readonly List<string> _faults = [];
    private readonly List<int> _lines = []; // of the faults; ascending
    private bool _areMore;

    /// <summary>Whether there is no fault.</summary>
    public bool AreNone => _faults.Count == 0;

    /// <summary>Whether no more faults are kept.</summary>
    public bool AreEnough => _faults.Count >= Most;

    /// <summary>The faults in the order of their lines, each one line: <c>FILE:LINE: what is wrong; what is allowed</c>.</summary>
    public IReadOnlyList<string> Lines =>
    [
        .. _faults,
        .. _areMore ? (ReadOnlySpan<string>)[$"{file}: there are more faults"] : [],
    ];

    /// <summary>Adds a fault.</summary>
    /// <param name="line">The line, from 1; 0 if the fault is in no line.</param>
    /// <param name="text">What is wrong and what is allowed, without control characters.</param>
    public void Add(int line, string text)
    {
        if (AreEnough)
        {
            _areMore = true;
            return;
        }
        var at = _lines.FindLastIndex(l => l <= line) + 1;
        _lines.Insert(at, line);
        _faults.Insert(at, LogWriter.Printable(line > 0 ? $"{file}:{line}: {text}" : $"{file}: {text}"));
    }

    /// <summary>Makes an exception whose message is the first fault; its inner exception has all of them.</summary>
    public MmmException ToException() => new(Lines[0], innerException: new ConfigException(Lines));
}

/// <summary>The faults of a configuration, each one line.</summary>
internal sealed class ConfigException(IReadOnlyList<string> lines) : Exception(lines[0])
{
    public IReadOnlyList<string> Lines => lines;
}
