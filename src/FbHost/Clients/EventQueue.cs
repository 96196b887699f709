using Mmm.Protocol;
using Mmm;
using Mmm.Hosting;

namespace FbHost.Clients;

/// <summary>
/// The events to one client. They are gathered here and written into the client's ring together, before the loop sleeps. Events for which
/// the ring has no room wait here. While the ring is more than half full, only the newest motion of each finger is kept: it waits here,
/// because a slot that is in the ring may be read at any time and is never overwritten. The queue allocates nothing after its first event.
/// </summary>
/// <remarks>
/// From each press on, a place is reserved for its release. So every press that the client gets is followed by its release, in order.
/// </remarks>
internal sealed class EventQueue(ClientFile file)
{
    /// <summary>
    /// The most events that wait in addition to a full ring, including the releases that will follow; further presses and keys are lost.
    /// </summary>
    public const int Capacity = 256;

    /// <summary>The number of events in the ring up to which every motion is sent.</summary>
    public const int HalfFull = TextRing.Slots / 2;

    /// <summary>
    /// The number of events in the ring from which on all motion waits: the rest is reserved for presses, releases and keys.
    /// </summary>
    public const int NearlyFull = TextRing.Slots * 7 / 8;

    /// <summary>Used in place of a finger's number: the pointer with no button down.</summary>
    public const int Hover = 10;

    private struct Motion
    {
        public bool Waits;
        public int Number;
        public PointerDetail? Detail;
        public int X;
        public int Y;
    }

    private readonly Motion[] _motions = new Motion[Hover + 1];
    private int _motionsWaiting;
    private byte[]? _slots; // a ring of Capacity slots
    private int _head;
    private int _count;
    private int _owed; // releases that must follow the accepted presses
    private bool _known; // the ring's indices were read since the last flush
    private int _read;
    private int _write;
    private bool _sent;
    private double _scrollX; // fractions of a click that remain
    private double _scrollY;
    private (int X, int Y, int Dx, int Dy) _scroll; // waits unless both deltas are 0

    /// <summary>The number of events that were discarded and never reach the client.</summary>
    public long Dropped { get; private set; }

    /// <summary>The number of motions that were replaced by a newer one.</summary>
    public long Coalesced { get; private set; }

    /// <summary>True if the client's ring or its file cannot be used.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>True if events wait until the client has read its ring.</summary>
    public bool HoldsSome => Held > 0;

    /// <summary>The number of events that wait until the client has read its ring.</summary>
    public int Held => _count + _motionsWaiting + (ScrollWaits ? 1 : 0);

    private bool ScrollWaits => _scroll is not { Dx: 0, Dy: 0 };

    /// <summary>Queues an event that needs no release. Returns false if there was no room.</summary>
    /// <param name="text">At most 127 bytes.</param>
    /// <param name="finger">The finger whose waiting motion becomes obsolete, or -1.</param>
    /// <param name="spare">True for an event that is discarded before others are, for example a key's repeat.</param>
    public bool Offer(ReadOnlySpan<byte> text, int finger = -1, bool spare = false)
    {
        if (!Know())
            return false;
        AppendWaiting(NearlyFull);
        if ((spare && Fill >= NearlyFull) || !HasRoom(1))
        {
            Dropped++;
            return false;
        }
        Outdate(finger);
        return Append(text);
    }

    /// <summary>
    /// Writes an event into the ring at once or not at all. Returns false if the ring is full, so that the sender can be notified.
    /// </summary>
    public bool OfferNow(ReadOnlySpan<byte> text)
    {
        _known = false;
        if (!Know())
            return false;
        AppendWaiting(NearlyFull);
        WriteOut();
        if (_count > 0 || RingFree == 0)
        {
            Dropped++;
            return false;
        }
        Append(text);
        WriteOut();
        return !IsBroken;
    }

    /// <summary>
    /// Queues a press and reserves room for its release. Returns false if there was no room; the release must not be queued then.
    /// </summary>
    /// <param name="text">At most 127 bytes.</param>
    /// <param name="finger">0..9; -1: a key.</param>
    public bool Press(ReadOnlySpan<byte> text, int finger = -1)
    {
        if (!Know())
            return false;
        AppendWaiting(NearlyFull);
        if (!HasRoom(2))
        {
            Dropped += 2;
            return false;
        }
        Outdate(finger);
        if (finger >= 0)
            Outdate(Hover); // the pointer that hovered is the one that went down
        _owed++;
        return Append(text);
    }

    /// <summary>Queues the release of a press that was accepted.</summary>
    /// <inheritdoc cref="Press"/>
    public void Release(ReadOnlySpan<byte> text, int finger = -1)
    {
        if (Know())
            AppendWaiting(NearlyFull); // earlier motion is sent before the release
        Outdate(finger);
        _owed--;
        if (!IsBroken)
            Append(text);
    }

    /// <summary>Queues a motion of a finger, or of the hovering pointer.</summary>
    /// <param name="finger">0..9, or <see cref="Hover"/>.</param>
    /// <param name="at">Pixels from the client's left and top.</param>
    /// <param name="number">The finger's number in the event; -1 for none.</param>
    /// <param name="detail">For clients that have requested it.</param>
    public void Move(int finger, (int X, int Y) at, int number, PointerDetail? detail)
    {
        if (!Know())
            return;
        if (Fill <= HalfFull)
            AppendWaiting(HalfFull);
        ref var motion = ref _motions[finger];
        if (motion.Waits)
            Coalesced++;
        else
            _motionsWaiting++;
        motion = new Motion { Waits = true, Number = number, Detail = detail, X = at.X, Y = at.Y };
        if (Fill <= HalfFull)
            AppendWaiting(HalfFull);
    }

    /// <summary>Queues a turn of a wheel. Fractions of a click are kept until they add up to a whole click.</summary>
    /// <param name="x">Pixels from the client's left.</param>
    /// <param name="y">Pixels from the client's top.</param>
    /// <param name="dx">Clicks to the right.</param>
    /// <param name="dy">Clicks down.</param>
    public void Scroll(int x, int y, double dx, double dy)
    {
        var (wholeX, wholeY) = (Whole(ref _scrollX, dx), Whole(ref _scrollY, dy));
        if (wholeX == 0 && wholeY == 0 || !Know())
            return;
        if (ScrollWaits)
            Coalesced++;
        _scroll = (x, y, Most(_scroll.Dx + wholeX), Most(_scroll.Dy + wholeY));
        if (Fill <= HalfFull)
            AppendWaiting(HalfFull);
    }

    private const int MostClicks = 10_000; // more than any wheel turns; it keeps the sums from overflowing

    private static int Most(int clicks) => Math.Clamp(clicks, -MostClicks, MostClicks);

    private static int Whole(ref double rest, double turned)
    {
        if (!double.IsFinite(turned))
            return 0;
        if (rest * turned < 0) // the direction has changed: the remaining fraction of the other direction is dropped
            rest = 0;
        rest = Math.Clamp(rest + turned, -MostClicks, MostClicks);
        var whole = (int)Math.Truncate(rest + Math.CopySign(1e-6, rest)); // the fractions of a click are not exact in binary
        rest -= whole;
        return whole;
    }

    /// <summary>Writes the events for which there is room into the ring. Returns true if the client must be woken.</summary>
    /// <param name="late">True if events have waited since an earlier flush: motion is then sent even if the ring is more than half
    /// full.</param>
    public bool Flush(bool late)
    {
        _known &= !late;
        if (Know())
        {
            AppendWaiting(late ? NearlyFull : HalfFull);
            WriteOut();
        }
        _known = false;
        var sent = _sent && !IsBroken;
        _sent = false;
        return sent;
    }

    private bool Know()
    {
        if (!_known && !IsBroken)
            IsBroken = !(_known = file.TryReadEventIndices(out _read, out _write));
        return !IsBroken;
    }

    // The number of events in the ring, and of those that wait here to be written.
    private int Fill => TextRing.Queued(_read, _write) + _count;

    private int RingFree => TextRing.Slots - 1 - TextRing.Queued(_read, _write);

    private bool HasRoom(int entries)
    {
        if (_count + _owed + entries <= Capacity)
            return true;
        _known = false; // the client may have read since
        if (Know())
            WriteOut();
        return !IsBroken && _count + _owed + entries <= Capacity;
    }

    // Discards the waiting motion of a finger: it is obsolete when the finger goes down or up.
    private void Outdate(int finger)
    {
        if (finger < 0 || !_motions[finger].Waits)
            return;
        _motions[finger].Waits = false;
        _motionsWaiting--;
        Dropped++;
    }

    private void AppendWaiting(int limit)
    {
        Span<byte> text = stackalloc byte[64];
        for (var finger = Hover; finger >= 0 && _motionsWaiting > 0; finger--) // the pointer first: its hovering precedes its press
        {
            ref var motion = ref _motions[finger];
            if (!motion.Waits)
                continue;
            if (Fill > limit || !HasRoom(1))
                return;
            var word = finger == Hover ? EventText.Motion : EventText.Drag;
            Append(text[..EventText.Pointer(text, word, motion.X, motion.Y, motion.Number, motion.Detail)]);
            motion.Waits = false;
            _motionsWaiting--;
        }
        if (!ScrollWaits || Fill > limit || !HasRoom(1))
            return;
        Append(text[..EventText.Scroll(text, _scroll.X, _scroll.Y, _scroll.Dx, _scroll.Dy)]);
        _scroll = default;
    }

    private bool Append(ReadOnlySpan<byte> text)
    {
        _slots ??= new byte[Capacity * TextRing.SlotLength];
        var slot = _slots.AsSpan((_head + _count) % Capacity * TextRing.SlotLength, TextRing.SlotLength);
        text = TextRing.Fit(text);
        text.CopyTo(slot);
        slot[text.Length..].Clear();
        _count++;
        return true;
    }

    private void WriteOut()
    {
        while (!IsBroken && _count > 0 && RingFree > 0)
        {
            var run = Math.Min(Math.Min(_count, RingFree), Capacity - _head);
            var write = file.WriteEvents(_write, _slots.AsSpan(_head * TextRing.SlotLength, run * TextRing.SlotLength));
            IsBroken = write < 0;
            (_write, _head, _count, _sent) = (write, (_head + run) % Capacity, _count - run, true);
        }
    }
}
