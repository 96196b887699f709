using Mmm;
using Mmm.Host;

namespace FbHost.Clients;

/// <summary>
/// Events on their way to one client. They gather here and go into the client's ring together, before the loop sleeps. What the ring has no
/// room for waits here, and while the ring is more than half full only the newest motion of each finger does: a slot that is in the ring
/// may be read at any time, so it is never written again. Allocates nothing once the first event was put.
/// </summary>
/// <remarks>
/// A release has a place kept for it from its press on: of what the client is given, every press has its release, in order.
/// </remarks>
internal sealed class EventQueue(ClientFile file)
{
    /// <summary>Events that wait beside a full ring, the releases that are owed included; further presses and keys are lost.</summary>
    public const int Capacity = 256;

    /// <summary>Events in the ring up to which every motion is sent.</summary>
    public const int HalfFull = TextRing.Slots / 2;

    /// <summary>Events in the ring from which motion waits: the rest is for presses, releases and keys.</summary>
    public const int NearlyFull = TextRing.Slots * 7 / 8;

    /// <summary>In place of a finger: the pointer with no button down.</summary>
    public const int Hover = 10;

    private struct Motion
    {
        public bool Waits;
        public bool Numbered;
        public int X;
        public int Y;
    }

    private readonly Motion[] _motions = new Motion[Hover + 1];
    private int _motionsWaiting;
    private byte[]? _slots; // a ring of Capacity slots
    private int _head;
    private int _count;
    private int _owed; // releases of presses that were taken
    private bool _known; // the indices, in this turn of the loop
    private int _read;
    private int _write;
    private bool _sent;
    private double _scrollX; // parts of clicks
    private double _scrollY;
    private (int X, int Y, int Dx, int Dy) _scroll; // waits unless both deltas are 0

    /// <summary>Events that the client never gets: the ring was full.</summary>
    public long Dropped { get; private set; }

    /// <summary>Motions in whose place the client gets a newer one.</summary>
    public long Coalesced { get; private set; }

    /// <summary>The client's ring, or its file, cannot be used.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Something waits for the client to read.</summary>
    public bool HoldsSome => Held > 0;

    /// <summary>Events that wait for the client to read.</summary>
    public int Held => _count + _motionsWaiting + (ScrollWaits ? 1 : 0);

    private bool ScrollWaits => _scroll is not { Dx: 0, Dy: 0 };

    /// <summary>Puts an event that owes no other. False: there was no room.</summary>
    /// <param name="text">At most 127 bytes.</param>
    /// <param name="finger">Whose waiting motion it makes old, or -1.</param>
    /// <param name="spare">One that may be lost before others are, as a key's repeat.</param>
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

    /// <summary>Puts an event that is of use now or not at all, for a sender who is told. False: the ring is full.</summary>
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

    /// <summary>Puts a press and keeps room for its release. False: there was none; then its release must not be put.</summary>
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
            Outdate(Hover); // what hovered is what went down
        _owed++;
        return Append(text);
    }

    /// <summary>Puts the release of a press that was taken.</summary>
    /// <inheritdoc cref="Press"/>
    public void Release(ReadOnlySpan<byte> text, int finger = -1)
    {
        if (Know())
            AppendWaiting(NearlyFull); // what moved before comes before
        Outdate(finger);
        _owed--;
        if (!IsBroken)
            Append(text);
    }

    /// <summary>Puts a motion of a finger, or of the pointer that hovers.</summary>
    /// <param name="finger">0..9, or <see cref="Hover"/>.</param>
    /// <param name="x">Pixels from the client's left.</param>
    /// <param name="y">Pixels from the client's top.</param>
    /// <param name="numbered">Whether the finger's number is told.</param>
    public void Move(int finger, int x, int y, bool numbered)
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
        motion = new Motion { Waits = true, Numbered = numbered, X = x, Y = y };
        if (Fill <= HalfFull)
            AppendWaiting(HalfFull);
    }

    /// <summary>Puts the turn of a wheel; parts of a click are kept until they are a whole one.</summary>
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

    private const int MostClicks = 10_000; // no wheel does; sums stay sums

    private static int Most(int clicks) => Math.Clamp(clicks, -MostClicks, MostClicks);

    private static int Whole(ref double rest, double turned)
    {
        if (!double.IsFinite(turned))
            return 0;
        if (rest * turned < 0) // turned back: what was left of the way there is forgotten
            rest = 0;
        rest = Math.Clamp(rest + turned, -MostClicks, MostClicks);
        var whole = (int)Math.Truncate(rest + Math.CopySign(1e-6, rest)); // parts of a click are no binary fractions
        rest -= whole;
        return whole;
    }

    /// <summary>Moves what there is room for into the ring. True: the client is to be told.</summary>
    /// <param name="late">Some of it has waited: motion goes out even if the ring is more than half full.</param>
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

    // In the ring, and here on the way there.
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

    // A motion that still waits is old news when its finger goes down or up.
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
        for (var finger = Hover; finger >= 0 && _motionsWaiting > 0; finger--) // the pointer first: it hovers no more when it is down
        {
            ref var motion = ref _motions[finger];
            if (!motion.Waits)
                continue;
            if (Fill > limit || !HasRoom(1))
                return;
            var word = finger == Hover ? EventText.Motion : EventText.Drag;
            Append(text[..EventText.Pointer(text, word, motion.X, motion.Y, motion.Numbered ? finger : -1)]);
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
