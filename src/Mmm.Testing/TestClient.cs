using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm.Testing;

/// <summary>
/// A client as a <see cref="TestHost"/> sees it: its pictures, messages and sound, and the events that the test sends to it. What a real
/// host
/// sends only to clients that ask for it (<see cref="MmmClient.Ask"/>) is sent only to those. All members may be used from any thread.
/// </summary>
public sealed class TestClient : IDisposable
{
    private readonly ClientFile _file;
    private readonly Socket _bell;
    private readonly TestHostOptions _options;
    private readonly Queue<string> _messages = new();
    private TestPicture? _picture; // under the lock of _messages, as all that follows
    private int _returned; // frames up to this number WaitForFrame has returned
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

    /// <summary>The client has ended: its bell was hung up, by it or by <see cref="Disconnect"/>.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_messages)
                return _ended;
        }
    }

    /// <summary>Whether the host takes this client's frames. A frame that waits is taken when this is set to true.</summary>
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

    /// <summary>The last frame that was taken; null before the first.</summary>
    public TestPicture? Picture
    {
        get
        {
            lock (_messages)
                return _picture;
        }
    }

    /// <summary>Waits for a frame that no earlier call has returned, and returns the newest one.</summary>
    /// <exception cref="TimeoutException">None came within <see cref="TestHostOptions.Patience"/>.</exception>
    public TestPicture WaitForFrame()
    {
        lock (_messages)
        {
            Until(() => _picture is { } picture && picture.Number > _returned, () => $"no frame came after frame {_returned}");
            _returned = _picture!.Number;
            return _picture;
        }
    }

    /// <summary>Waits until a frame meets a condition, the present one included, and returns it.</summary>
    /// <param name="condition">Called with each frame until it returns true.</param>
    /// <exception cref="TimeoutException">None did within <see cref="TestHostOptions.Patience"/>.</exception>
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

    /// <summary>Waits for a message that the client sent with <see cref="MmmClient.SendMessage"/>, and takes it.</summary>
    /// <exception cref="TimeoutException">None came within <see cref="TestHostOptions.Patience"/>.</exception>
    public string WaitForMessage()
    {
        lock (_messages)
        {
            Until(() => _messages.Count > 0, () => "no message came");
            return _messages.Dequeue();
        }
    }

    /// <summary>A value of the client's; null if it has none of that name.</summary>
    public string? GetValue(string name)
    {
        lock (_messages)
        {
            _file.RefreshValues();
            return _file.Values.GetValueOrDefault(name);
        }
    }

    /// <summary>
    /// Plays: takes frames of sound from the client as a sound card does, and waits until the client has queued that many.
    /// </summary>
    /// <param name="frames">1 or more.</param>
    /// <returns>Samples of -1 to 1, interleaved in the client's channels.</returns>
    /// <exception cref="TimeoutException">The client queued fewer within <see cref="TestHostOptions.Patience"/>.</exception>
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

    /// <summary>A finger, or the left button of a mouse, goes down.</summary>
    /// <param name="x">Pixels from the client's left.</param>
    /// <param name="y">Pixels from the client's top.</param>
    /// <param name="finger">0 to 9. Others than 0 are sent to clients that asked for <see cref="EventKinds.Multitouch"/> only.</param>
    /// <returns>Whether it was sent.</returns>
    public bool Press(int x, int y, int finger = 0) => Pointer(EventText.Press, x, y, finger);

    /// <summary>It moves while it is down.</summary>
    /// <inheritdoc cref="Press"/>
    public bool Drag(int x, int y, int finger = 0) => Pointer(EventText.Drag, x, y, finger);

    /// <summary>It goes up.</summary>
    /// <inheritdoc cref="Press"/>
    public bool Release(int x, int y, int finger = 0) => Pointer(EventText.Release, x, y, finger);

    /// <summary>The pointer of a mouse moves with no button down.</summary>
    /// <inheritdoc cref="Press"/>
    public bool Move(int x, int y) => Pointer(EventText.Motion, x, y, 0);

    /// <summary>A press and a release at the same place.</summary>
    /// <inheritdoc cref="Press"/>
    public bool Tap(int x, int y) => Press(x, y) && Release(x, y);

    /// <summary>A wheel turns; sent to clients that asked for <see cref="EventKinds.Scroll"/> only.</summary>
    /// <param name="x">Pixels from the client's left.</param>
    /// <param name="y">Pixels from the client's top.</param>
    /// <param name="deltaX">Clicks to the right.</param>
    /// <param name="deltaY">Clicks down.</param>
    /// <returns>Whether it was sent.</returns>
    public bool Scroll(int x, int y, int deltaX, int deltaY)
    {
        Span<byte> text = stackalloc byte[64];
        return Asks(EventKinds.Scroll) && Push(text[..EventText.Scroll(text, x, y, deltaX, deltaY)]);
    }

    /// <summary>A key is pressed, and released for clients that asked for <see cref="EventKinds.KeyRelease"/>.</summary>
    /// <param name="name">
    /// A name of <see cref="KeyNames"/>, with prefixes as in <c>control-left</c>, or the text that the key types.
    /// </param>
    /// <returns>Whether it was sent.</returns>
    public bool Key(string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        Span<byte> release = stackalloc byte[TextRing.SlotLength];
        return Push(TextRing.Fit(text)) && (!Asks(EventKinds.KeyRelease) || Push(release[..EventText.KeyRelease(release, text)]));
    }

    /// <summary>A message arrives, as from <c>mmmctl event CLIENT "message TEXT"</c>.</summary>
    /// <param name="text">At most 119 bytes of UTF-8; more is cut.</param>
    /// <returns>Whether it was sent.</returns>
    public bool Message(string text) => Push(EventText.Message(text));

    /// <summary>Any event as its text, as in <c>mouse-press 10 20</c>, whatever the client asked for.</summary>
    /// <returns>False: the client's ring of 1023 events is full.</returns>
    public bool Send(string eventText) => Push(TextRing.Fit(Encoding.UTF8.GetBytes(eventText)));

    /// <summary>The host wishes another size: the client follows, and sees <see cref="ClientResized"/>.</summary>
    /// <param name="width">Pixels, 1 to 16384.</param>
    /// <param name="height">Pixels, 1 to 16384.</param>
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

    /// <summary>Closes the connection: the client sees <see cref="HostDisconnected"/>, and connects anew.</summary>
    public void Disconnect() => _bell.Dispose();

    private bool Pointer(ReadOnlySpan<byte> word, int x, int y, int finger)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)finger, 9u, nameof(finger));
        var all = Asks(EventKinds.Multitouch);
        Span<byte> text = stackalloc byte[64];
        return (all || finger == 0) && Push(text[..EventText.Pointer(text, word, x, y, all ? finger : -1)]);
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
            // The client has hung up.
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
            // Hung up by either side.
        }
        lock (_messages)
        {
            _ended = true;
            Monitor.PulseAll(_messages);
        }
    }

    // Under the lock: what the client has for the host.
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
                    Look();
            }, TaskScheduler.Default);
            return;
        }
        _nextFrame = Environment.TickCount64 + (long)Math.Ceiling(_options.FrameTime.TotalMilliseconds);
        var state = _file.State;
        if (state.Fault(_file.Length) is not null || !_file.BeginFlip())
            return;
        var all = new Rect(0, 0, state.Width, state.Height);
        var pixels = new uint[state.Width * state.Height];
        if (!_file.ReadPixels(state, all, pixels, state.Width))
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
