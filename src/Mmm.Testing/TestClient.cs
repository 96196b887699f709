using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm.Testing;

/// <summary>
/// The <see cref="TestHost"/>'s side of a client: a test reads the client's pictures, messages and sound here, and sends events to it. As
/// with a real host, some events are sent only to clients that have requested them (<see cref="MmmClient.Ask"/>). All members may be used
/// from any thread.
/// </summary>
public sealed class TestClient : IDisposable
{
    private readonly ClientFile _file;
    private readonly Socket _bell;
    private readonly TestHostOptions _options;
    private readonly Queue<string> _messages = new();
    private TestPicture? _picture; // this field and those below are protected by the lock of _messages
    private int _returned; // WaitForFrame has returned the frames up to this number
    private long _nextFrame;
    private bool _takesFrames;
    private bool _ended;

    internal TestClient(ClientFile file, Socket bell, TestHostOptions options) =>
        (_file, _bell, _options, _takesFrames) = (file, bell, options, options.TakesFrames);

    internal void Begin()
    {
        lock (_messages)
            Look();
        new Thread(Listen) { IsBackground = true, Name = "TestClient" }.Start();
    }

    /// <summary>The window title.</summary>
    public string Title
    {
        get
        {
            lock (_messages)
                return _file.Refresh() ? _file.Title : "";
        }
    }

    /// <summary>True if the connection is closed, either by the client or by <see cref="Disconnect"/>.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_messages)
                return _ended;
        }
    }

    /// <summary>True if the host takes this client's frames. When it is set to true, a waiting frame is taken.</summary>
    public bool TakesFrames
    {
        get
        {
            lock (_messages)
                return _takesFrames;
        }
        set
        {
            lock (_messages)
            {
                _takesFrames = value;
                Look();
            }
        }
    }

    /// <summary>The last frame that the host has taken; null before the first.</summary>
    public TestPicture? Picture
    {
        get
        {
            lock (_messages)
                return _picture;
        }
    }

    /// <summary>Waits for a frame that no earlier call has returned, and returns the newest one.</summary>
    /// <exception cref="TimeoutException">No frame came within <see cref="TestHostOptions.Patience"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is closed.</exception>
    public TestPicture WaitForFrame()
    {
        lock (_messages)
        {
            Until(() => _picture is { } picture && picture.Number > _returned, () => $"no frame came after frame {_returned}");
            _returned = _picture!.Number;
            return _picture;
        }
    }

    /// <summary>Waits for a frame that meets a condition, and returns it. The current frame counts too.</summary>
    /// <param name="condition">Called with the current frame and each later one until it returns true.</param>
    /// <exception cref="TimeoutException">No frame met the condition within <see cref="TestHostOptions.Patience"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is closed.</exception>
    public TestPicture WaitFor(Func<TestPicture, bool> condition)
    {
        lock (_messages)
        {
            Until(
                () => _picture is { } picture && condition(picture),
                () => $"no frame up to number {_picture?.Number ?? 0} met the condition");
            _returned = Math.Max(_returned, _picture!.Number);
            return _picture;
        }
    }

    /// <summary>
    /// Waits for a message that the client sends with <see cref="MmmClient.SendMessage"/>. Each message is returned once.
    /// </summary>
    /// <exception cref="TimeoutException">No message came within <see cref="TestHostOptions.Patience"/>.</exception>
    /// <exception cref="InvalidOperationException">The connection is closed.</exception>
    public string WaitForMessage()
    {
        lock (_messages)
        {
            Until(() => _messages.Count > 0, () => "no message came");
            return _messages.Dequeue();
        }
    }

    /// <summary>Returns a value of the client, or null if it has none of this name.</summary>
    public string? GetValue(string name)
    {
        lock (_messages)
        {
            _file.RefreshValues();
            return _file.Values.GetValueOrDefault(name);
        }
    }

    /// <summary>
    /// Takes frames of sound from the client, as a sound card does. Waits until the client has queued as many as requested.
    /// </summary>
    /// <param name="frames">The number of frames, 1 or more. A frame is one sample of each channel.</param>
    /// <returns>Samples of -1 to 1, interleaved in the client's channels.</returns>
    /// <exception cref="TimeoutException">The client queued fewer frames within <see cref="TestHostOptions.Patience"/>.</exception>
    public float[] TakeSound(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        var samples = new List<float>();
        var taken = 0;
        lock (_messages)
        {
            using var pcm = _file.OpenPcm();
            Until(() =>
            {
                if (!pcm.TryRead(out var state) || !state.IsValid || state.Queued == 0)
                    return false;
                var bytes = new byte[Math.Min(state.Queued, frames - taken) * PcmRing.BytesPerFrame(state.Format)];
                taken += pcm.Take(state, bytes);
                samples.AddRange(state.Format is PcmFormat.F32Mono or PcmFormat.F32Stereo
                    ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
                    : Array.ConvertAll(MemoryMarshal.Cast<byte, short>(bytes).ToArray(), s => s / 32768f));
                Ring();
                return taken >= frames;
            }, () => $"{taken} of {frames} frames of sound came");
        }
        return [.. samples];
    }

    /// <summary>Presses a finger or the left mouse button.</summary>
    /// <param name="x">Pixels from the client's left edge.</param>
    /// <param name="y">Pixels from the client's top edge.</param>
    /// <param name="finger">
    /// 0 to 9. Fingers other than 0 are sent only to clients that have requested <see cref="EventKinds.Multitouch"/>.
    /// </param>
    /// <returns>
    /// False if the event was not sent: the client has not requested it, its ring of events is full, or the connection is closed.
    /// </returns>
    public bool Press(int x, int y, int finger = 0) => Pointer(EventText.Press, x, y, finger);

    /// <summary>Moves a finger, or the mouse with the left button held down.</summary>
    /// <inheritdoc cref="Press"/>
    public bool Drag(int x, int y, int finger = 0) => Pointer(EventText.Drag, x, y, finger);

    /// <summary>Releases a finger or the left mouse button.</summary>
    /// <inheritdoc cref="Press"/>
    public bool Release(int x, int y, int finger = 0) => Pointer(EventText.Release, x, y, finger);

    /// <summary>Moves the mouse pointer with no button held down.</summary>
    /// <inheritdoc cref="Press"/>
    public bool Move(int x, int y) => Pointer(EventText.Motion, x, y, 0);

    /// <summary>Presses and releases a finger at the same position.</summary>
    /// <inheritdoc cref="Press"/>
    public bool Tap(int x, int y) => Press(x, y) && Release(x, y);

    /// <summary>Turns a mouse wheel. The event is sent only to clients that have requested <see cref="EventKinds.Scroll"/>.</summary>
    /// <param name="x">Pixels from the client's left edge.</param>
    /// <param name="y">Pixels from the client's top edge.</param>
    /// <param name="deltaX">Clicks to the right; negative to the left.</param>
    /// <param name="deltaY">Clicks downwards; negative upwards.</param>
    /// <returns>False if the event was not sent: see <see cref="Press"/>.</returns>
    public bool Scroll(int x, int y, int deltaX, int deltaY)
    {
        Span<byte> text = stackalloc byte[64];
        return Asks(EventKinds.Scroll) && Push(text[..EventText.Scroll(text, x, y, deltaX, deltaY)]);
    }

    /// <summary>
    /// Presses a key and releases it. The release is sent only to clients that have requested <see cref="EventKinds.KeyRelease"/>.
    /// </summary>
    /// <param name="name">
    /// The text that the key types, or a name of <see cref="KeyNames"/>, possibly with prefixes such as <c>control-left</c>.
    /// </param>
    /// <returns>False if the events were not sent: see <see cref="Press"/>.</returns>
    public bool Key(string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        Span<byte> release = stackalloc byte[TextRing.SlotLength];
        return Push(TextRing.Fit(text)) && (!Asks(EventKinds.KeyRelease) || Push(release[..EventText.KeyRelease(release, text)]));
    }

    /// <summary>Sends a message to the client, like <c>mmmctl event CLIENT "message TEXT"</c>.</summary>
    /// <param name="text">At most 119 bytes of UTF-8; a longer text is truncated.</param>
    /// <returns>False if the message was not sent: see <see cref="Press"/>.</returns>
    public bool Message(string text) => Push(EventText.Message(text));

    /// <summary>Sends any event as text, whether or not the client has requested it.</summary>
    /// <param name="eventText">The text, for example <c>mouse-press 10 20</c>: see docs/protocol.md section 5. At most 127 bytes.</param>
    /// <returns>False if the client's ring of 1023 events is full or the connection is closed.</returns>
    public bool Send(string eventText) => Push(TextRing.Fit(Encoding.UTF8.GetBytes(eventText)));

    /// <summary>Requests another size of the client. The client changes its size and receives <see cref="ClientResized"/>.</summary>
    /// <param name="width">New width in pixels, 1 to 16384.</param>
    /// <param name="height">New height in pixels, 1 to 16384.</param>
    public void Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        lock (_messages)
        {
            _file.SetDesiredSize(width, height);
            Ring();
        }
    }

    /// <summary>Closes the connection. The client receives <see cref="HostDisconnected"/> and connects again.</summary>
    public void Disconnect() => _bell.Dispose();

    private bool Pointer(ReadOnlySpan<byte> word, int x, int y, int finger)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)finger, 9u, nameof(finger));
        var all = Asks(EventKinds.Multitouch);
        Span<byte> text = stackalloc byte[64];
        PointerDetail? detail = Asks(EventKinds.Buttons)
            ? new PointerDetail(word == EventText.Motion ? PointerButton.None : PointerButton.Left, PointerType.Finger)
            : null;
        return (all || finger == 0) && Push(text[..EventText.Pointer(text, word, x, y, all ? finger : -1, detail)]);
    }

    private bool Asks(EventKinds kind)
    {
        lock (_messages)
        {
            _file.RefreshValues();
            return _file.Kinds.HasFlag(kind);
        }
    }

    private bool Push(ReadOnlySpan<byte> text)
    {
        lock (_messages)
        {
            if (_ended || _file.PushEvent(text) != PushResult.Done)
                return false;
            Ring();
            return true;
        }
    }

    private void Ring()
    {
        try
        {
            _bell.Send([0]);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client has closed the connection.
        }
    }

    private void Listen()
    {
        var ring = new byte[Bell.MaxPacket];
        try
        {
            while (_bell.Receive(ring) > 0)
            {
                lock (_messages)
                    Look();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Either side has closed the connection.
        }
        lock (_messages)
        {
            _ended = true;
            Monitor.PulseAll(_messages);
        }
    }

    // Reads what the client has sent: messages and frames. The caller holds the lock.
    private void Look()
    {
        if (!_file.Refresh())
            return;
        while (_file.TryTakeMessage(out var message, out _))
            _messages.Enqueue(message);
        if (_takesFrames && _file.State.Flip == FlipState.WaitFlip)
            TakeFrame();
        Monitor.PulseAll(_messages);
    }

    private void TakeFrame()
    {
        var early = _nextFrame - Environment.TickCount64;
        if (early > 0)
        {
            _ = Task.Delay((int)early).ContinueWith(_ =>
            {
                lock (_messages)
                {
                    if (!_ended)
                        Look();
                }
            }, TaskScheduler.Default);
            return;
        }
        _nextFrame = Environment.TickCount64 + (long)Math.Ceiling(_options.FrameTime.TotalMilliseconds);
        var state = _file.State;
        if (state.Fault(_file.Length) is not null || !_file.BeginFlip())
            return;
        // As on a screen, only the damage changes what is seen; all of it if the size is new.
        var before = _picture is { } last && (last.Width, last.Height) == (state.Width, state.Height) ? last : null;
        var damage = before is null ? new Rect(0, 0, state.Width, state.Height) : state.DamageInside();
        var pixels = before is null ? new uint[state.Width * state.Height] : before.Pixels.ToArray();
        if (!damage.IsEmpty && !_file.ReadPixels(state, damage, pixels.AsSpan(damage.Y * state.Width + damage.X), state.Width))
            return;
        _picture = new TestPicture(state.Width, state.Height, pixels, state.DamageInside(), (_picture?.Number ?? 0) + 1);
        _file.EndFlip();
        Ring();
    }

    private void Until(Func<bool> condition, Func<string> fault) =>
        Waiting.Until(_messages, () => condition() || Ended(fault), _options.Patience, () => $"{_file.Title}: {fault()}");

    private bool Ended(Func<string> fault) =>
        _ended ? throw new InvalidOperationException($"{_file.Title} has ended; {fault()}") : false;

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        _bell.Dispose();
        lock (_messages)
        {
            _ended = true;
            _file.Dispose();
        }
    }
}
