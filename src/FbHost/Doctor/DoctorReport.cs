using System.Buffers;
using System.Text;
using System.Text.Json;
using FbHost.Options;

namespace FbHost.Doctor;

/// <summary>
/// The program <c>mmm-doctor</c>: one page about what a machine has for an appliance, and what to do about what is missing. It needs no
/// host, and takes nothing from one that runs.
/// </summary>
internal static class DoctorReport
{
    private static readonly OptionTable Usage = new(
        "mmm-doctor",
        "Shows what this machine has for an appliance: display, input, sound, GPIO, buses, network, clock, storage, and the likely remedy "
            + "for what is missing.",
        "",
        [
            new("--json", null, "Prints JSON."),
            new("--screen", null, "Shows the page on the screen, through a running host, with touches and keys as they come. It ends 10 s "
                + "after the last of them, and with escape at once."),
            new("--path", "DIR", $"With --screen: the directory that the host serves. Default: $MMM_PATH, else {DoctorPage.DefaultPath}."),
        ],
        []);

    public static int Run(string[] args)
    {
        if (Usage.Read(args, Console.Write) is not { } given)
            return 0;
        if (given.Words.Length > 0)
            throw new Mmm.MmmException($"{given.Words[0]} is not an option. See mmm-doctor --help");
        var sections = Sections();
        if (given.Last("--screen") is not null)
            DoctorPage.Show(given.Last("--path"), [.. sections.SelectMany(s => s.Lines)]);
        else if (given.Last("--json") is not null)
            Console.WriteLine(Json(sections));
        else
            sections.SelectMany(s => s.Lines).ToList().ForEach(Console.WriteLine);
        return 0;
    }

    /// <summary>Looks at this machine.</summary>
    public static DoctorSection[] Sections() =>
    [
        BoardSections.System(), DisplaySection.Of(), InputSection.Of(), SoundSection.Of(), BusSections.Gpio(), BusSections.I2c(),
        BusSections.Spi(), NetworkSection.Of(), BoardSections.Board(), BoardSections.Clock(), StorageSection.Of(),
    ];

    /// <summary>The sections as JSON in one line.</summary>
    public static string Json(DoctorSection[] sections)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var w = new Utf8JsonWriter(buffer))
        {
            w.WriteStartArray();
            Array.ForEach(sections, s => s.Write(w));
            w.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
