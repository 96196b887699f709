using System.Text.Json;
using FbHost.Screens;
using Mmm;

namespace FbHost.Control;

/// <summary>
/// One viewer: a connection of the control socket that shows the screen elsewhere. After each notice the next one is held back until the
/// viewer requests it, and until then the damage is collected, so that a slow viewer gets fewer notices and never a queue.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="input">What the viewer's keys and pointer do.</param>
internal sealed class View(ControlConnection connection, ViewInput input)
{
    private readonly Region _damage = new();
    private ScreenCopy? _newCopy; // not yet passed to the viewer
    private (int Width, int Height) _newSize;
    private bool _listChanged;
    private bool _isReady; // the viewer has requested a notice

    public ControlConnection Connection => connection;

    public ViewInput Input => input;

    /// <summary>Collects a part of the screen that has changed.</summary>
    public void Add(Rect rect) => _damage.Add(rect);

    /// <summary>The screen is copied into another file from now on.</summary>
    public void Move(ScreenCopy copy, int width, int height)
    {
        (_newCopy, _newSize) = (copy, (width, height));
        _damage.Clear();
    }

    /// <summary>Apps or clients have come, gone, or changed their order.</summary>
    public void NoteList() => _listChanged = true;

    /// <summary>The viewer has handled the last notice.</summary>
    public void Next()
    {
        _isReady = true;
        Tell();
    }

    /// <summary>Sends what was collected, if the viewer has requested it.</summary>
    public void Tell()
    {
        if (!_isReady || (_damage.IsEmpty && _newCopy is null && !_listChanged))
            return;
        _isReady = false;
        if (_newCopy is { } copy)
            connection.SendWithDescriptor(copy.ReadOnlyFd, Write);
        else
            connection.Notify(Write);
        _newCopy = null;
        _listChanged = false;
        _damage.Clear();
    }

    private void Write(Utf8JsonWriter w)
    {
        if (_newCopy is not null)
        {
            w.WriteNumber("width", _newSize.Width);
            w.WriteNumber("height", _newSize.Height);
        }
        if (_listChanged)
            w.WriteBoolean("changed", true);
        if (_damage.IsEmpty)
            return;
        w.WriteStartArray("damage");
        foreach (var rect in _damage.Rects)
        {
            w.WriteNumberValue(rect.X);
            w.WriteNumberValue(rect.Y);
            w.WriteNumberValue(rect.Width);
            w.WriteNumberValue(rect.Height);
        }
        w.WriteEndArray();
    }
}
