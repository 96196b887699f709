using System.Globalization;
using Mmm;
using Mmm.Linux;

namespace Displays;

/// <summary>
/// Finds the machine's display. KMS is tried first, because if a driver offers both, its framebuffer is an emulation. A board may have
/// several devices of which only one drives a display.
/// </summary>
/// <param name="devices">/dev, or another directory with the same structure.</param>
/// <param name="system">/sys, or another directory with the same structure.</param>
internal sealed class DisplayFinder(string devices = "/dev", string system = "/sys")
{
    /// <summary>Opens the first display that can be opened.</summary>
    /// <param name="openCard">Opens a KMS card by its path; throws <see cref="MmmException"/> on failure.</param>
    /// <param name="openFramebuffer">Opens a framebuffer in the same way; null if framebuffers must not be used.</param>
    /// <param name="log">Receives a line for each device that was tried before and could not be opened.</param>
    /// <exception cref="MmmException">No display can be opened; one line with everything that was tried.</exception>
    public IDisplay Open(Func<string, IDisplay> openCard, Func<string, IDisplay>? openFramebuffer, Action<string> log)
    {
        var faults = new List<MmmException>();
        var refused = new List<string>();
        foreach (var card in Cards())
        {
            if (TryOpen(card, openCard, faults, log) is { } display)
                return display;
            refused.Add(card);
        }
        foreach (var framebuffer in openFramebuffer is null ? [] : Framebuffers())
        {
            // The program that uses the card also uses the screen of the framebuffer that the card emulates.
            if (refused.Find(card => IsEmulatedBy(framebuffer, card)) is { } card)
                faults.Add(new MmmException($"{framebuffer}: uses the same screen as {card}"));
            else if (TryOpen(framebuffer, openFramebuffer!, faults, log) is { } display)
                return display;
        }
        throw new MmmException(faults.Count > 0
            ? $"no display found. Tried {string.Join("; ", faults.Select(f => f.Message))}"
            : "no display found. Tried KMS: /dev/dri/card* (none), fbdev: /dev/fb0, /dev/graphics/fb0 (none). "
                + "Use --display memory:800x480",
            innerException: faults.Exists(f => f.InnerException is NoMonitorException) ? new NoMonitorException() : null);
    }

    private static IDisplay? TryOpen(string path, Func<string, IDisplay> open, List<MmmException> faults, Action<string> log)
    {
        try
        {
            var display = open(path);
            faults.ForEach(f => log($"display: {f.Message}"));
            return display;
        }
        catch (MmmException e)
        {
            faults.Add(e);
            return null;
        }
    }

    /// <summary>Returns the framebuffers that the card's driver emulates. Card and framebuffer use the same screen.</summary>
    public IEnumerable<string> EmulatedBy(string card) => Framebuffers().Where(framebuffer => IsEmulatedBy(framebuffer, card));

    private bool IsEmulatedBy(string framebuffer, string card) =>
        Device("graphics", framebuffer) is { } device && device == Device("drm", card);

    // Returns the identity of the parent device in /sys, which card and framebuffer have in common; null if it is not known.
    private FileIdentity? Device(string kind, string path)
    {
        var name = Path.GetFileName(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);
        var link = Path.Combine(system, "class", kind, name, "device", "."); // the directory to which the link points
        return FileStatus.Of(Sys.WorkingDirectory, link, out var status) >= 0 ? status.Identity : null;
    }

    private IEnumerable<string> Cards() => Numbered("dri", "card");

    // Linux has framebuffers in /dev, Android in /dev/graphics.
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
