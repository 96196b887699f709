using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm;

/// <summary>
/// A client of an mmm host: its pixels in shared memory, events, values, messages and sound. Create one with <see cref="Open(string)"/>.
/// </summary>
/// <remarks>
/// Threads: use the client on one thread only. Two members may be called from any thread at any time: <see cref="Post"/>, which runs an
/// action on the client's thread, and <see cref="Close"/>, which requests the end of the app. Posted actions and the callbacks of timers
/// and sound run inside <see cref="Events"/>, <see cref="WaitEvent"/>, <see cref="TryReadEvent"/> and <see cref="Frames"/>. If one of them
/// throws an exception, that call throws it, and the client can still be used afterwards.
/// <para>
/// A client that waits sleeps, and uses no processor time. The exception is a host of the original project, which has no bell (the socket
/// by which host and client wake each other): with such a host, an idle client checks the shared memory 50 times a second.
/// </para>
/// <para>
/// After <see cref="Dispose"/>, every member except <see cref="Close"/>, <see cref="Post"/> and <see cref="Dispose"/> throws
/// <see cref="ObjectDisposedException"/>. If another process truncates the client's file, the next call throws <see cref="MmmException"/>
/// with <see cref="MmmError.FileLost"/>.
/// </para>
/// </remarks>
public sealed partial class MmmClient : IDisposable
{
    private const int PatienceMs = 150; // the longest wait for the host
    private readonly ClientMemory _memory;
    private readonly HostLink _link;
    private readonly Abi _abi;
    private readonly ClientAudio _audio;
    private readonly ClientTimers _timers;
    private readonly PosixSignalRegistration[] _signals;
    private readonly ConcurrentQueue<Action> _posted = new();
    private volatile bool _closing;
    private bool _endsWithHost; // this process has started the host, for its own clients
    private long _frames; // number of frames begun so far, which is the number of the last frame
    private bool _drawing;
    private bool _hasOvertaken; // a frame was begun while the host still copied the one before
    private long _flippingSince; // when a host without a bell was first seen copying, as Environment.TickCount64; 0: it is not
    private Rect _damage; // damage of the frame that is being drawn
    private Rect _dropped; // parts that dropped frames may have left half drawn
    private long _presented;
    private volatile bool _disposed;

    private MmmClient(ClientMemory memory, HostLink link, IReadOnlyList<PosixSignal> signals)
    {
        (_memory, _link, _abi) = (memory, link, memory.Abi);
        _audio = new ClientAudio(memory, link);
        _timers = new ClientTimers(link);
        _signals = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    /// <summary>
    /// Opens a client of the size of the screen. It joins the host whose directory the environment variable <c>MMM_PATH</c> names. If the
    /// variable is not set, a host is started (the program <c>mmm</c>, found through PATH).
    /// </summary>
    /// <param name="title">
    /// The window title, which is also the name by which control programs such as mmmctl address the client. At most 255 bytes of UTF-8; a
    /// longer title is truncated after the last character that fits.
    /// </param>
    /// <exception cref="MmmException">
    /// No host can be started, the directory does not exist, there is no space, or the host has refused the client.
    /// </exception>
    public static MmmClient Open(string title) => Open(new MmmClientOptions { Title = title });

    /// <summary>
    /// Opens a client: joins a host, or starts one. Waits at most one second for the host's answer. If the answer comes later, the client
    /// works without a bell until then, and the answer is reported as <see cref="HostConnected"/>.
    /// </summary>
    /// <param name="options">Title, size and host of the client.</param>
    /// <exception cref="MmmException">
    /// No host can be started, the directory does not exist, there is no space, or the host has refused the client.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The width or height is less than 0 or greater than 16384.</exception>
    public static MmmClient Open(MmmClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Title);
        ArgumentNullException.ThrowIfNull(options.Signals);
        var (width, height) = (options.Width, options.Height);
        RequireSide(width);
        RequireSide(height);
        var directory = HostProcess.FindOrStart(options.Directory, options.Display);
        var memory = ClientMemory.Create(directory);
        HostLink? link = null;
        MmmClient? client = null;
        try
        {
            link = new HostLink(memory);
            client = new MmmClient(memory, link, options.Signals); // created here so that a signal during Open requests the end
            SetText(memory.Bytes(Abi.Title, Abi.TitleLength), options.Title);
            memory.I32(memory.Abi.PcmFormat) = (int)PcmFormat.S16Stereo;
            memory.I32(memory.Abi.PcmSampleRate) = ClientAudio.DefaultSampleRate;
            if (width != 0 && height != 0)
                memory.SetSize(width, height);
            memory.Publish(); // from here on the host may open the file
            Greet(link);
            if (link.Refusal is { } refusal)
                throw new MmmException($"{directory}: the host refused this client: {refusal}", MmmError.Refused);
            if (width == 0 || height == 0)
            {
                (width, height) = ScreenSize(memory, link);
                memory.SetSize(width, height);
            }
            memory.Flip = FlipState.Neutral;
            link.Ring();
            if (options.Events != EventKinds.None)
                client.Ask(options.Events);
            client._endsWithHost = HostProcess.HasStarted(directory);
            return client;
        }
        catch
        {
            client?.Dispose();
            memory.Unlink();
            memory.Dispose();
            link?.Dispose();
            throw;
        }

        static void RequireSide(int pixels)
        {
            if (pixels is < 0 or > ClientState.MaxSide)
                throw new ArgumentOutOfRangeException(nameof(options), pixels, $"width and height must be 0 to {ClientState.MaxSide}");
        }
    }

    // Waits for the host's answer, because a refusal must be an exception of Open and because the answer comes with the size of the
    // screen. If the host is too busy to answer in time, the client works without a bell until the answer comes.
    private static void Greet(HostLink link)
    {
        const int patience = 1000;
        var start = Environment.TickCount64;
        link.Connect();
        while (link.IsGreeting && Environment.TickCount64 - start < patience)
            link.Sleep((int)Math.Max(0, start + patience - Environment.TickCount64));
    }

    // A host writes the size of its screen when it first opens a client. If there is a bell, it has done so; otherwise wait up to 75 ms.
    private static (int Width, int Height) ScreenSize(ClientMemory memory, HostLink link)
    {
        var start = Environment.TickCount64;
        while (true)
        {
            var last = link.HasBell || Environment.TickCount64 - start >= 75;
            var width = GetValue(memory, "host-width");
            if (int.TryParse(width, out var w) && int.TryParse(GetValue(memory, "host-height"), out var h)
                && GetValue(memory, "host-width") == width // else the host is changing both
                && w is >= 1 and <= ClientState.MaxSide && h is >= 1 and <= ClientState.MaxSide)
                return (w, h);
            if (last)
                return (400, 300);
            link.Sleep(5);
        }
    }

    // Throws if the client is disposed or its file is truncated.
    private ClientMemory Memory
    {
        get
        {
            _memory.Check();
            return _memory;
        }
    }

    private HostLink Link
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _link;
        }
    }

    /// <summary>Width in pixels. It changes only together with the event <see cref="ClientResized"/>.</summary>
    public int Width => _memory.Width;

    /// <summary>Height in pixels. It changes only together with the event <see cref="ClientResized"/>.</summary>
    public int Height => _memory.Height;

    /// <summary>The path of this client's file in the host's directory.</summary>
    public string FilePath
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _memory.Path;
        }
    }

    /// <summary>True while the client is connected to the bell of a host.</summary>
    public bool IsHostConnected => Link.HasBell;

    /// <summary>The sound of this client.</summary>
    public ClientAudio Audio
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _audio;
        }
    }

    /// <summary>
    /// A file descriptor for an app that has its own poll, select or epoll loop. It becomes readable (POLLIN) when there may be something
    /// to do. Then call <see cref="TryReadEvent"/> until it returns false. Do not read from the descriptor or close it.
    /// </summary>
    public int PollHandle => Link.Descriptor;

    /// <summary>The window title. At most 255 bytes of UTF-8; a longer title is truncated after the last character that fits.</summary>
    public string Title
    {
        get
        {
            Span<byte> text = stackalloc byte[Abi.TitleLength];
            return TextRing.Printable(text[..Memory.CopyText(Abi.Title, text)]);
        }
        set
        {
            SetText(Memory.Bytes(Abi.Title, Abi.TitleLength), value);
            _link.Ring();
        }
    }

    /// <summary>The requested position of the client's top left corner on the screen, in pixels.</summary>
    public (double X, double Y) Position
    {
        get => (Memory.F64(_abi.X), _memory.F64(_abi.Y));
        set
        {
            (Memory.F64(_abi.X), _memory.F64(_abi.Y)) = value;
            _link.Ring();
        }
    }

    /// <summary>The stacking order, as written by the host: a client with a higher number is in front of one with a lower number.</summary>
    public double Z => Memory.F64(_abi.Z);

    /// <summary>
    /// Begins a frame, which is drawn directly into the shared pixels. If the host has not yet taken the last frame, waits for that, at
    /// most 150 ms. <see cref="ClientFrame.Present"/> shows the frame: <c>using var frame = client.BeginFrame(); … frame.Present();</c>
    /// </summary>
    /// <param name="damage">
    /// The part of the picture that will change, in pixels; null for the whole picture. <see cref="ClientFrame.Damage"/> can add to it.
    /// </param>
    /// <exception cref="InvalidOperationException">The last frame was neither presented nor disposed.</exception>
    public ClientFrame BeginFrame(Rect? damage = null)
    {
        var memory = Memory;
        if (_drawing)
            throw new InvalidOperationException("the last frame was neither presented nor disposed");
        WaitNeutral();
        _hasOvertaken |= memory.Flip == FlipState.Flipping;
        memory.Flip = FlipState.Drawing;
        _drawing = true;
        _damage = damage ?? new Rect(0, 0, Width, Height);
        return new ClientFrame(this, ++_frames);
    }

    /// <summary>True if <see cref="BeginFrame"/> would not wait, because the host has taken the last frame.</summary>
    public bool CanBeginFrame => Memory.Flip is FlipState.Neutral or FlipState.Initializing;

    private void WaitNeutral()
    {
        if (CanBeginFrame)
            return;
        var start = Environment.TickCount64;
        while (!CanBeginFrame)
        {
            var left = PatienceMs - (Environment.TickCount64 - start);
            if (left <= 0 || Note(_link.Sleep((int)left)))
                break;
        }
        // These sleeps may have consumed wake-ups for other work. Make PollHandle readable again if there is any.
        if (_closing || !_posted.IsEmpty || _local.Count > 0 || _timers.IsDue || HasEventText)
            _link.Wake();
    }

    /// <summary>Returns the memory to the current frame; throws if the frame of this number is over.</summary>
    internal ClientMemory MemoryOf(long frame)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _drawing && frame == _frames ? _memory : throw new InvalidOperationException("the frame was already presented or disposed");
    }

    internal void AddDamage(long frame, Rect rect)
    {
        MemoryOf(frame);
        _damage = _damage.Union(rect);
    }

    internal void Present(long frame)
    {
        MemoryOf(frame).Check();
        _drawing = false;
        Span<int> fields = MemoryMarshal.Cast<byte, int>(_memory.Bytes(_abi.Damage, 16));
        var all = new Rect(0, 0, Width, Height);
        // The damage that is in the file belongs to an earlier frame that the host has not taken in time.
        var damage = _damage.Intersect(all).Union(_dropped.Intersect(all))
            .Union(new Rect(fields[0], fields[1], fields[2], fields[3]).Intersect(all));
        _dropped = default;
        if (damage.IsEmpty)
        {
            _memory.Flip = FlipState.Neutral;
            return;
        }
        _presented++;
        Offer(damage);
    }

    private void Offer(Rect damage)
    {
        Span<int> fields = MemoryMarshal.Cast<byte, int>(_memory.Bytes(_abi.Damage, 16));
        (fields[0], fields[1], fields[2], fields[3]) = (damage.X, damage.Y, damage.Width, damage.Height);
        _memory.Flip = FlipState.WaitFlip;
        _link.Ring();
    }

    // A host without a bell that was killed while it copied a frame leaves the state flipping, and the next one would never show the frame.
    // A host that copies for longer than a client waits stores neutral at its end, also when the next frame waits by then.
    private void OfferAgain()
    {
        if (_drawing || _presented == 0)
            return;
        var state = _memory.Flip;
        if (state != FlipState.Flipping || _link.HasBell)
            _flippingSince = 0;
        else if (_flippingSince == 0)
            _flippingSince = Environment.TickCount64;
        var isLost = _flippingSince != 0 && Environment.TickCount64 - _flippingSince >= PatienceMs;
        if (!isLost && !(_hasOvertaken && state == FlipState.Neutral))
            return;
        (_flippingSince, _hasOvertaken) = (0, false);
        Offer(new Rect(0, 0, Width, Height));
    }

    // Must not throw: it also runs while an exception is propagated.
    internal void Drop(long frame)
    {
        if (!_drawing || frame != _frames || _disposed)
            return;
        _drawing = false;
        _dropped = _dropped.Union(_damage);
        _memory.Flip = FlipState.Neutral;
    }

    /// <summary>
    /// Sends a message to the host. Does not wait. docs/protocol.md section 6 lists the messages on which a host acts; control programs can
    /// receive all messages.
    /// </summary>
    /// <param name="text">At most 127 bytes of UTF-8; a longer text is truncated after the last character that fits.</param>
    /// <returns>False if the ring of messages is full; nothing was sent then.</returns>
    public bool SendMessage(string text)
    {
        var ring = _abi.Messages;
        int read = Memory.LoadIndex(ring.Read), write = _memory.LoadIndex(ring.Write);
        if (!TextRing.IsIndex(read) || !TextRing.IsIndex(write) || TextRing.IsFull(read, write))
            return false;
        var slot = TextRing.Next(write);
        SetText(_memory.Bytes(ring.Slot(slot), TextRing.SlotLength), text);
        _memory.StoreIndex(ring.Write, slot);
        _link.Ring();
        return true;
    }

    /// <summary>Returns the value of this name that the client or the host has set, or null if there is none.</summary>
    public string? GetValue(string name) => name == "title" ? Title : GetValue(Memory, name);

    private static string? GetValue(ClientMemory memory, string name)
    {
        var at = FindValue(memory, name);
        Span<byte> text = stackalloc byte[Abi.ValueTextLength];
        return at < 0 ? null : TextRing.Printable(text[..memory.CopyText(ValueAt(memory.Abi, at), text)]);
    }

    private static int ValueAt(Abi abi, int i) => abi.ValueTexts + i * Abi.ValueTextLength;

    private static int FindValue(ClientMemory memory, string name)
    {
        var key = Encoding.UTF8.GetBytes(name);
        Span<byte> found = stackalloc byte[Abi.ValueNameLength];
        for (var i = Math.Clamp(memory.Load(memory.Abi.ValueCount), 0, Abi.MaxValues) - 1; i >= 0; i--)
        {
            if (found[..memory.CopyText(memory.Abi.ValueNames + i * Abi.ValueNameLength, found)].SequenceEqual(key))
                return i;
        }
        return -1;
    }

    /// <summary>Sets a value: a named text that the host, and control programs through it, can read.</summary>
    /// <param name="name">At most 15 bytes of UTF-8. The name <c>title</c> sets <see cref="Title"/>.</param>
    /// <param name="value">At most 63 bytes of UTF-8; a longer value is truncated after the last character that fits.</param>
    /// <exception cref="ArgumentException">The name is longer than 15 bytes.</exception>
    /// <exception cref="MmmException">The name is new, and the client already has 14 values, the limit of the original library.</exception>
    public void SetValue(string name, string value)
    {
        if (name == "title")
        {
            Title = value;
            return;
        }
        if (Encoding.UTF8.GetByteCount(name) >= Abi.ValueNameLength)
            throw new ArgumentException($"value name \"{name}\" is longer than {Abi.ValueNameLength - 1} bytes", nameof(name));
        var at = FindValue(Memory, name);
        var count = Math.Clamp(_memory.Load(_abi.ValueCount), 0, Abi.MaxValues);
        var isNew = at < 0;
        if (isNew && count + 2 >= Abi.MaxValues)
            throw new MmmException($"value \"{name}\" cannot be added: a client can have at most {Abi.MaxValues - 2} values",
                MmmError.TooManyValues);
        at = isNew ? count : at;
        SetText(_memory.Bytes(ValueAt(_abi, at), Abi.ValueTextLength), value);
        if (isNew)
        {
            SetText(_memory.Bytes(_abi.ValueNames + at * Abi.ValueNameLength, Abi.ValueNameLength), name);
            _memory.Store(_abi.ValueCount, count + 1);
        }
        _link.Ring();
    }

    /// <summary>
    /// Requests events besides those that every client receives. Replaces the earlier request. A host of the original project does not
    /// support these events and sends none.
    /// </summary>
    /// <param name="kinds">The kinds of events; <see cref="EventKinds.None"/> for none.</param>
    /// <exception cref="MmmException">The client already has 14 values: see <see cref="SetValue"/>.</exception>
    public void Ask(EventKinds kinds) => SetValue(EventKindsText.ValueName, EventKindsText.Of(kinds));

    private static void SetText(Span<byte> field, string text)
    {
        var fit = TextRing.Fit(Encoding.UTF8.GetBytes(text), field.Length);
        fit.CopyTo(field);
        field[fit.Length..].Clear();
    }

    /// <summary>
    /// Creates a periodic timer. Its ticks are delivered inside the client's waits, the first after one period. A late tick does not delay
    /// the following ticks, and missed ticks are merged into one. A client without timers does not wake up for them.
    /// </summary>
    /// <param name="period">The time between two ticks: at least 1 ms, at most 24 days.</param>
    /// <param name="elapsed">
    /// Called on the client's thread for each tick. If it is null, each tick is delivered as the event <see cref="TimerElapsed"/>.
    /// </param>
    /// <returns>The timer. Dispose it to stop it; it also stops when the client is disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The period is out of range.</exception>
    public MmmTimer Every(TimeSpan period, Action? elapsed = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period, TimeSpan.FromMilliseconds(int.MaxValue));
        return _timers.Add(period, elapsed);
    }

    /// <summary>
    /// Runs an action on the client's thread, inside its next wait, and wakes the client if it sleeps. May be called from any thread;
    /// returns at once. Actions run in the order in which they were posted. Does nothing after <see cref="Dispose"/>.
    /// </summary>
    /// <param name="action">The action; it may use the client. The wait in which it runs throws any exception of the action.</param>
    public void Post(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (_disposed) // other threads cannot know when the client's thread disposes it
            return;
        _posted.Enqueue(action);
        _link.Wake();
    }

    /// <summary>
    /// Requests the end of the app: <see cref="Events"/> and <see cref="Frames"/> end, and waits return <see cref="QuitRequested"/>. May be
    /// called from any thread, and also after <see cref="Dispose"/>.
    /// </summary>
    public void Close()
    {
        _closing = true;
        _link.Wake();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Close();
    }

    /// <summary>Disconnects from the host and deletes the client's file, so that its picture disappears from the screen.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var signal in _signals)
            signal.Dispose();
        _timers.Clear();
        _posted.Clear();
        _memory.Unlink();
        _link.Dispose();
        _memory.Dispose();
    }
}
