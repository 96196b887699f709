using System.Globalization;
using Mmm;
using Mmm.Linux;

namespace Displays;

/// <summary>
/// Finds the machine's display: KMS first, as where a driver has both its framebuffer is an emulation. A board may have devices that drive
/// no display beside the one that does.
/// </summary>
/// <param name="devices">/dev, or another directory with what it holds.</param>
/// <param name="system">/sys, likewise.</param>
internal sealed class DisplayFinder(string devices = "/dev", string system = "/sys")
{
    /// <summary>Opens the first display that can be opened.</summary>
    /// <param name="openCard">Opens a KMS card by its path; throws <see cref="MmmException"/>.</param>
    /// <param name="openFramebuffer">Likewise a framebuffer; null: none may be used.</param>
    /// <param name="log">Is told of those before it that could not be opened.</param>
    /// <exception cref="MmmException">There is none; one line with all that was tried.</exception>
    public IDisplay Open(Func<string, IDisplay> openCard, Func<string, IDisplay>? openFramebuffer, Action<string> log)
    {
        var faults = new List<string>();
        var refused = new List<string>();
        foreach (var card in Cards())
        {
            if (TryOpen(card, openCard, faults, log) is { } display)
                return display;
            refused.Add(card);
        }
        foreach (var framebuffer in openFramebuffer is null ? [] : Framebuffers())
        {
            // Whoever has the card has that framebuffer's screen, too.
            if (refused.Find(card => IsEmulatedBy(framebuffer, card)) is { } card)
                faults.Add($"{framebuffer}: shows on {card} as well");
            else if (TryOpen(framebuffer, openFramebuffer!, faults, log) is { } display)
                return display;
        }
        throw new MmmException(faults.Count > 0
            ? $"no display found. Tried {string.Join("; ", faults)}"
            : "no display found. Tried KMS: /dev/dri/card* (none), fbdev: /dev/fb0, /dev/graphics/fb0 (none). "
                + "Use --display memory:800x480");
    }

    private static IDisplay? TryOpen(string path, Func<string, IDisplay> open, List<string> faults, Action<string> log)
    {
        try
        {
            var display = open(path);
            faults.ForEach(f => log($"display: {f}"));
            return display;
        }
        catch (MmmException e)
        {
            faults.Add(e.Message);
            return null;
        }
    }

    /// <summary>The framebuffers that the card's driver emulates: what is shown by one is shown by the other, or not at all.</summary>
    public IEnumerable<string> EmulatedBy(string card) => Framebuffers().Where(framebuffer => IsEmulatedBy(framebuffer, card));

    private bool IsEmulatedBy(string framebuffer, string card) =>
        Device("graphics", framebuffer) is { } device && device == Device("drm", card);

    // What both are children of; null: nothing is known of it.
    private FileIdentity? Device(string kind, string path)
    {
        var name = Path.GetFileName(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);
        var link = Path.Combine(system, "class", kind, name, "device", "."); // the directory that it leads to
        return FileStatus.Of(Sys.WorkingDirectory, link, out var status) >= 0 ? status.Identity : null;
    }

    private IEnumerable<string> Cards() => Numbered("dri", "card");

    // Where Linux or Android puts them.
    private IEnumerable<string> Framebuffers() => Numbered("", "fb").Concat(Numbered("graphics", "fb"));

    private IEnumerable<string> Numbered(string folder, string prefix)
    {
        var directory = Path.Combine(devices, folder);
        return (Directory.Exists(directory) ? Directory.GetFiles(directory, prefix + "*") : [])
            .Select(path => (Path: path, Number: NumberOf(Path.GetFileName(path)[prefix.Length..])))
            .Where(d => d.Number is not null).OrderBy(d => d.Number).Select(d => d.Path);
    }

    private static int? NumberOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
