using System.Text;
using Mmm.Protocol;

namespace FbHost.Input;

/// <summary>The event texts of a scanned code (protocol.md section 5).</summary>
internal static class ScanText
{
    private const int MostBytes = 119; // of the text after "message "
    private const string Whole = "scan ", Part = "scan-part ";

    /// <summary>
    /// Returns <c>message scan CODE</c>, or for a code that does not fit into one event <c>message scan-part 1/3 TEXT</c> and so on.
    /// </summary>
    public static IEnumerable<byte[]> Of(string code)
    {
        if (Encoding.UTF8.GetByteCount(code) + Whole.Length <= MostBytes)
            return [EventText.Message(Whole + code)];
        const int room = 100; // leaves space for the numbers
        var parts = new List<string>();
        var part = new StringBuilder();
        var bytes = 0;
        foreach (var rune in code.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > room)
            {
                parts.Add(part.ToString());
                (part, bytes) = (part.Clear(), 0);
            }
            part.Append(rune);
            bytes += rune.Utf8SequenceLength;
        }
        parts.Add(part.ToString());
        return parts.Select((text, i) => EventText.Message($"{Part}{i + 1}/{parts.Count} {text}"));
    }
}
