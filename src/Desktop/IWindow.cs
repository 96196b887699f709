using Mmm;

namespace Desktop;

/// <summary>
/// A window of one window system. It belongs to the thread that created it. Its size in pixels is the size of the panel that it shows.
/// </summary>
internal interface IWindow : IDisposable
{
    /// <summary>The longest side of a window in pixels.</summary>
    const int MaxSide = 8192;

    /// <summary>Readable while <see cref="Dispatch"/> has something to do.</summary>
    int FileDescriptor { get; }

    /// <summary>Handles everything that has arrived. Never blocks.</summary>
    void Dispatch();

    /// <summary>The size of the picture in pixels. Changes only within <see cref="Dispatch"/> and <see cref="Turn"/>.</summary>
    (int Width, int Height) Size { get; }

    /// <summary>True if the last picture has been shown and there is a buffer for the next one.</summary>
    bool CanShow { get; }

    /// <summary>True if the whole picture must be passed to <see cref="Show"/> the next time.</summary>
    bool NeedsAll { get; }

    /// <summary>Shows a picture. Only allowed while <see cref="CanShow"/>.</summary>
    /// <param name="picture">XRGB8888 rows of the whole picture, without gaps.</param>
    /// <param name="changed">The parts that have changed since the last call.</param>
    void Show(ReadOnlySpan<uint> picture, ReadOnlySpan<Rect> changed);

    /// <summary>The reason why the window is permanently gone; null while it is there.</summary>
    string? Fault { get; }

    /// <summary>What the window system is, for the ready line.</summary>
    string Description { get; }

    /// <summary>Sets the title.</summary>
    void SetTitle(string title);

    /// <summary>Makes the window cover the screen, or gives it its former size.</summary>
    void ToggleFullScreen();

    /// <summary>Exchanges width and height, as if the panel were turned by 90 degrees.</summary>
    void Turn();
}

/// <summary>How a window is created.</summary>
/// <param name="Width">The width of the panel in pixels.</param>
/// <param name="Height">The height of the panel in pixels.</param>
/// <param name="IsFixed">True if the panel keeps this size, whatever size the window gets.</param>
/// <param name="Cursor">False to hide the pointer over the window.</param>
/// <param name="Title">The first title.</param>
/// <param name="PatienceMs">How long the window system may take to answer while the window is created, ms.</param>
internal sealed record WindowOptions(int Width, int Height, bool IsFixed, bool Cursor, string Title, int PatienceMs);
