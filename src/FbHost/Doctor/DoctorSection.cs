using System.Text.Json;

namespace FbHost.Doctor;

/// <summary>What mmm-doctor has found of one kind, and what a person can do about what is missing.</summary>
/// <param name="Name">The kind, as in <c>display</c>.</param>
internal sealed record DoctorSection(string Name)
{
    /// <summary>What is there, one line each.</summary>
    public List<string> Found { get; } = [];

    /// <summary>What is missing or wrong, each with the likely remedy, one line each.</summary>
    public List<string> Advice { get; } = [];

    /// <summary>The section as text for people.</summary>
    public IEnumerable<string> Lines =>
        [Name, .. Found.Select(f => $"  {LogWriter.Printable(f)}"), .. Advice.Select(a => $"  ! {LogWriter.Printable(a)}")];

    /// <summary>Writes the section as a JSON object.</summary>
    public void Write(Utf8JsonWriter w)
    {
        w.WriteStartObject();
        w.WriteString("name", Name);
        Write(w, "found", Found);
        Write(w, "advice", Advice);
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, string name, List<string> lines)
    {
        w.WriteStartArray(name);
        lines.ForEach(w.WriteStringValue);
        w.WriteEndArray();
    }
}
