using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm;

/// <summary>
/// A window on an mmm host: shared pixels, events, values, messages and sound. Made by <see cref="Open(string)"/>.
/// </summary>
/// <remarks>
/// Threads: one thread uses the client. Two members may be called from any thread at any time: <see cref="Post"/>, which runs an action on
/// the client's thread, and <see cref="Close"/>, which requests the end. Posted actions and the callbacks of timers and sound run inside
/// <see cref="Events"/>, <see cref="WaitEvent"/>, <see cref="TryReadEvent"/> and <see cref="Frames"/>; an exception that one of them throws
/// comes out of that call, and the client can be used afterwards.
/// <para>
/// Waiting is sleeping: an idle client uses no processor time. Only with a host of the original project, which has no bell, the client
/// looks at the shared memory 50 times a second.
/// </para>
/// <para>
/// After <see cref="Dispose"/> every member but <see cref="Close"/> and <see cref="Dispose"/> throws <see cref="ObjectDisposedException"/>.
/// When another process cuts the client's file short, the next call throws <see cref="MmmException"/> with
/// <see cref="MmmError.FileLost"/>.
/// </para>
/// </remarks>
public sealed partial class MmmClient : IDisposable
{
    private readonly ClientMemory _memory;
    private readonly HostLink _link;
    private readonly Abi _abi;
    private readonly ClientAudio _audio;
    private readonly ClientTimers _timers;
    private readonly PosixSignalRegistration[] _signals;
    private readonly ConcurrentQueue<Action> _posted = new();
    private volatile bool _closing;
    private long _frames; // begun so far: the number of the last one
    private bool _drawing;
    private Rect _damage; // of the frame being drawn
    private Rect _dropped; // parts whose pixels a dropped frame has left unfinished
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
    /// Joins the host that <c>MMM_PATH</c> names, or starts one (<c>mmm</c> from the PATH) when that is not set. The client covers the
    /// whole screen.
    /// </summary>
    /// <param name="title">
    /// Window title, and the name that control programs use. At most 255 bytes of UTF-8; a longer title is cut between two characters.
    /// </param>
    /// <exception cref="MmmException">There is no host, no directory or no space, or the host refused.</exception>
    public static MmmClient Open(string title) => Open(new MmmClientOptions { Title = title });

    /// <summary>Joins a host, or starts one. Waits at most one second for the host's answer.</summary>
    /// <param name="options">What to open, and where.</param>
    /// <exception cref="MmmException">There is no host, no directory or no space, or the host refused.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width or height below 0 or above 16384.</exception>
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
            client = new MmmClient(memory, link, options.Signals); // now: a signal that comes meanwhile requests the end
            SetText(memory.Bytes(Abi.Title, Abi.TitleLength), options.Title);
            memory.I32(memory.Abi.PcmFormat) = (int)PcmFormat.S16Stereo;
            memory.I32(memory.Abi.PcmSampleRate) = ClientAudio.DefaultSampleRate;
            if (width != 0 && height != 0)
                memory.SetSize(width, height);
            memory.Publish(); // the host may look from here on
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
                throw new ArgumentOutOfRangeException(nameof(options), pixels, $"a side is 1 to {ClientState.MaxSide} pixels, or 0");
        }
    }

    // A refusal is an exception of Open, and the host's answer comes with the size of its screen: worth waiting for. A host that is too
    // busy for that answers later, and the client works without a bell until then.
    private static void Greet(HostLink link)
    {
        const int patience = 1000;
        var start = Environment.TickCount64;
        link.Connect();
        while (link.IsGreeting && Environment.TickCount64 - start < patience)
            link.Sleep((int)Math.Max(0, start + patience - Environment.TickCount64));
    }

    // The host announces its screen when it first opens a client: with a bell that has happened; without, wait up to 75 ms.
    private static (int Width, int Height) ScreenSize(ClientMemory memory, HostLink link)
    {
        var start = Environment.TickCount64;
        while (true)
        {
            var last = link.HasBell || Environment.TickCount64 - start >= 75;
            if (int.TryParse(GetValue(memory, "host-width"), out var w) && int.TryParse(GetValue(memory, "host-height"), out var h)
                && w is >= 1 and <= ClientState.MaxSide && h is >= 1 and <= ClientState.MaxSide)
                return (w, h);
            if (last)
                return (400, 300);
            link.Sleep(5);
        }
    }

    // Of a client that is not disposed and whose file is whole.
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

    /// <summary>Pixels across.</summary>
    public int Width => _memory.Width;

    /// <summary>Pixels down.</summary>
    public int Height => _memory.Height;

    /// <summary>This client's file.</summary>
    public string FilePath
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _memory.Path;
        }
    }

    /// <summary>True while a host with a bell is connected.</summary>
    public bool IsHostConnected => Link.HasBell;

    /// <summary>Sound.</summary>
    public ClientAudio Audio
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _audio;
        }
    }

    /// <summary>
    /// A file descriptor for an app's own poll, select or epoll loop: readable (POLLIN) when there may be something to do. Then call
    /// <see cref="TryReadEvent"/> until it is false.
    /// </summary>
    public int PollHandle => Link.Descriptor;

    /// <summary>The window title, at most 255 bytes of UTF-8.</summary>
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

    /// <summary>Wished position on the screen, pixels.</summary>
    public (double X, double Y) Position
    {
        get => (Memory.F64(_abi.X), _memory.F64(_abi.Y));
        set
        {
            (Memory.F64(_abi.X), _memory.F64(_abi.Y)) = value;
            _link.Ring();
        }
    }

    /// <summary>Stacking order as the host wrote it: higher is nearer.</summary>
    public double Z => Memory.F64(_abi.Z);

    /// <summary>
    /// Starts a frame in the shared pixels: nothing is copied. Waits until the host has taken the last one (at most 150 ms, as the
    /// original). <see cref="ClientFrame.Present"/> shows it: <c>using var frame = client.BeginFrame(); … frame.Present();</c>
    /// </summary>
    /// <param name="damage">The part that will change; all of it when left out. <see cref="ClientFrame.Damage"/> adds to it.</param>
    /// <exception cref="InvalidOperationException">The last frame was neither presented nor disposed.</exception>
    public ClientFrame BeginFrame(Rect? damage = null)
    {
        var memory = Memory;
        if (_drawing)
            throw new InvalidOperationException("the last frame was neither presented nor disposed");
        WaitNeutral();
        memory.Flip = FlipState.Drawing;
        _drawing = true;
        _damage = damage ?? new Rect(0, 0, Width, Height);
        return new ClientFrame(this, ++_frames);
    }

    /// <summary>True when a frame would not have to wait.</summary>
    public bool CanBeginFrame => Memory.Flip is FlipState.Neutral or FlipState.Initializing;

    private void WaitNeutral()
    {
        if (CanBeginFrame)
            return;
        var start = Environment.TickCount64;
        while (!CanBeginFrame)
        {
            var left = 150 - (Environment.TickCount64 - start);
            if (left <= 0 || Note(_link.Sleep((int)left)))
                break;
        }
        // These sleeps took wake-ups that were not meant for them: whoever polls PollHandle has to see that there is something to do.
        if (!_posted.IsEmpty || _local.Count > 0 || _timers.IsDue || HasEventText)
            _link.Wake();
    }

    /// <summary>The memory, for the frame of that number.</summary>
    internal ClientMemory MemoryOf(long frame)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _drawing && frame == _frames ? _memory : throw new InvalidOperationException("the frame was presented or disposed");
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
        // What is there already was drawn before and not taken, because the host was slow.
        var damage = _damage.Intersect(all).Union(_dropped.Intersect(all))
            .Union(new Rect(fields[0], fields[1], fields[2], fields[3]).Intersect(all));
        _dropped = default;
        if (damage.IsEmpty)
        {
            _memory.Flip = FlipState.Neutral;
            return;
        }
        (fields[0], fields[1], fields[2], fields[3]) = (damage.X, damage.Y, damage.Width, damage.Height);
        _memory.Flip = FlipState.WaitFlip;
        _presented++;
        _link.Ring();
    }

    // Never throws: it runs while exceptions are on their way.
    internal void Drop(long frame)
    {
        if (!_drawing || frame != _frames || _disposed)
            return;
        _drawing = false;
        _dropped = _dropped.Union(_damage);
        _memory.Flip = FlipState.Neutral;
    }

    /// <summary>
    /// Sends the host a message: free text, at most 127 bytes of UTF-8 (longer is cut between two characters).
    /// False: the ring is full; nothing was sent.
    /// </summary>
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

    /// <summary>A value that client or host has set, or null.</summary>
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

    /// <summary>Sets a value that the host (and whoever asks it) can read.</summary>
    /// <param name="name">At most 15 bytes of UTF-8.</param>
    /// <param name="value">At most 63 bytes of UTF-8; a longer value is cut between two characters.</param>
    /// <exception cref="ArgumentException">The name is longer.</exception>
    /// <exception cref="MmmException">The 14 names that the original library can hold are used.</exception>
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
            throw new MmmException($"value \"{name}\" has no room: {Abi.MaxValues - 2} names are the most", MmmError.TooManyValues);
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
    /// Asks for more events than every client gets, in place of what was asked for before. A host of the original does not know them and
    /// sends none.
    /// </summary>
    /// <exception cref="MmmException">There is no room for the value: 14 names are the most.</exception>
    public void Ask(EventKinds kinds) => SetValue(EventKindsText.ValueName, EventKindsText.Of(kinds));

    private static void SetText(Span<byte> field, string text)
    {
        var fit = TextRing.Fit(Encoding.UTF8.GetBytes(text), field.Length);
        fit.CopyTo(field);
        field[fit.Length..].Clear();
    }

    /// <summary>
    /// Makes a timer whose ticks come in the client's waits, the first after one period. A late tick does not move the next ones; ticks
    /// that
    /// were missed are merged into one. A client without timers never wakes up for them.
    /// </summary>
    /// <param name="period">At least 1 ms, at most 24 days.</param>
    /// <param name="elapsed">Called on the client's thread. Null: each tick is an event, <see cref="TimerElapsed"/>.</param>
    /// <returns>The timer; dispose it to stop it. It also stops with the client.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The period is out of range.</exception>
    public MmmTimer Every(TimeSpan period, Action? elapsed = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period, TimeSpan.FromMilliseconds(int.MaxValue));
        return _timers.Add(period, elapsed);
    }

    /// <summary>
    /// Runs an action on the client's thread, inside its next wait, and wakes it if it sleeps. From any thread; returns at once. Actions
    /// run
    /// in the order in which they were posted.
    /// </summary>
    /// <param name="action">May use the client. An exception comes out of the wait in which the action runs.</param>
    public void Post(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _posted.Enqueue(action);
        _link.Wake();
    }

    /// <summary>
    /// Ends <see cref="Events"/> and every wait with <see cref="QuitRequested"/>. From any thread, also after <see cref="Dispose"/>.
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

    /// <summary>Leaves the host: removes the picture and the file.</summary>
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
