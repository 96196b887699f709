using Displays;
using FbHost.Options;
using Mmm;

namespace FbHost;

internal sealed partial class Appliance
{
    private IDisplay OpenDisplay(string directory)
    {
        var choice = options.Display;
        if (choice.Kind is DisplayKind.Memory or DisplayKind.Fbdev)
            SayUnused(choice.Kind == DisplayKind.Memory ? "a display in memory" : "a framebuffer");
        if (choice.Kind == DisplayKind.Memory)
            return new MemoryDisplay(choice.Width, choice.Height, choice.Format, options.Dither,
                choice.Path.Length > 0 ? choice.Path : Path.Combine(directory, "framebuffer"), deleteAtEnd: choice.Path.Length == 0);
        return new ReturningDisplay(_log.Info, size => choice.Kind switch
        {
            DisplayKind.Drm => OpenDrm(choice.Path, choice.Connector, size),
            DisplayKind.Fbdev => OpenFbdev(choice.Path),
            _ => FindDisplay(size),
        });
    }

    private void SayUnused(string display)
    {
        if (options.DisplayMode is { } mode)
            _log.Warn($"display.mode is {mode}; {display} has no modes, so it has no effect");
        if (options.DisplayFormat is { } format)
            _log.Warn($"display.format is {format}; it is only for KMS and has no effect on {display}");
    }

    private FbdevDisplay OpenFbdev(string path) => new(path, options.Dither, _log.Info);

    // MMM_DRM=legacy disables atomic mode setting, for drivers whose atomic flips fail, and for tests.
    private DrmDisplay OpenDrm(string path, string connector, (int Width, int Height)? before)
    {
        if (new DisplayFinder().EmulatedBy(path).FirstOrDefault(FbdevDisplay.IsUsed) is { } framebuffer)
            throw new MmmException($"{path}: another mmm shows on its {framebuffer}; end that one first");
        return new DrmDisplay(path, connector, options.DisplayMode, before, options.DisplayFormat, options.Dither, _log.Info,
            atomic: Environment.GetEnvironmentVariable("MMM_DRM") != "legacy", options.OtherOutputs);
    }

    private IDisplay FindDisplay((int Width, int Height)? before) => new DisplayFinder().Open(card => OpenDrm(card, "", before),
        options.DisplayMode is null && options.DisplayFormat is null ? OpenFbdev : null, _log.Info); // only KMS can set them
}
