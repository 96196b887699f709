using System.Globalization;
using CsCheck;
using FbHost.Clients;
using Mmm;
using Mmm.Hosting;

namespace FbHost.Tests.Events;

/// <summary>What a client that reads late, or never, gets of its events; against a real file.</summary>
public sealed class EventQueueTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private int _files;

    public void Dispose() => _temp.Dispose();

    private (HandMade Client, ClientFile File, EventQueue Queue) Make()
    {
        var name = $"c{Interlocked.Increment(ref _files)}";
        var client = new HandMade(_temp[name], name);
        var file = ClientFile.Open(client.Path).File!;
        Assert.True(file.TryIdentify(out _));
        return (client, file, new EventQueue(file));
    }

    private enum Act
    {
        Tap,
        Down,
        Up,
        Drag,
        Hover,
        Key,
        Read,
        Turn,
        Late,
    }

    // A client, and what it is given and has seen. Every event has a number that only grows, as its x.
    private sealed class Model(HandMade client, EventQueue queue)
    {
        private readonly bool[] _down = new bool[10];
        private readonly Dictionary<int, int> _lastMove = []; // by finger: the number of a motion that nothing followed
        private readonly List<int> _given = []; // presses, releases and keys that were taken
        private readonly List<(string Word, int Number, int Finger)> _seen = [];
        private int _number;
        private int _moves;

        public void Do(Act act, int finger, int times)
        {
            for (var i = 0; i < times; i++)
                Once(act, act is Act.Down or Act.Up or Act.Drag ? (finger + i) % 10 : finger);
            Assert.InRange(queue.Held, 0, EventQueue.Capacity + 12);
        }

        private void Once(Act act, int finger)
        {
            switch (act)
            {
                case Act.Tap:
                    Once(Act.Down, finger);
                    Once(Act.Up, finger);
                    break;
                case Act.Down when !_down[finger]:
                    _down[finger] = queue.Press(Text("mouse-press", finger), finger);
                    Gave(finger, _down[finger]);
                    break;
                case Act.Up when _down[finger]:
                    queue.Release(Text("mouse-release", finger), finger);
                    _down[finger] = false;
                    Gave(finger, true);
                    break;
                case Act.Drag when _down[finger]:
                    queue.Move(finger, (_lastMove[finger] = ++_number, finger), number: 0, null);
                    _moves++;
                    break;
                case Act.Hover:
                    queue.Move(EventQueue.Hover, (_lastMove[10] = ++_number, 10), number: -1, null);
                    _moves++;
                    break;
                case Act.Key:
                    Gave(-1, queue.Offer(Text("key", -1)));
                    break;
                case Act.Read:
                    Read(7);
                    break;
                case Act.Turn or Act.Late:
                    queue.Flush(late: act == Act.Late);
                    break;
            }
        }

        private byte[] Text(string word, int finger) => System.Text.Encoding.ASCII.GetBytes($"{word} {++_number} {finger}");

        private void Gave(int finger, bool taken)
        {
            if (taken)
                _given.Add(_number);
            if (taken && finger >= 0)
            {
                _lastMove.Remove(finger);
                _lastMove.Remove(10); // a press ends the hovering
            }
        }

        private void Read(int most)
        {
            foreach (var text in client.TakeEvents(most))
            {
                var words = text.Split(' ');
                _seen.Add((words[0], int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture)));
            }
        }

        public void Check()
        {
            for (var i = 0; i < 10 && (queue.HoldsSome || i == 0); i++)
            {
                queue.Flush(late: true);
                Read(1024);
            }
            Assert.False(queue.HoldsSome);
            bool IsMotion(string word) => word is "mouse-drag" or "mouse-motion";
            Assert.Equal(_given, _seen.Where(s => !IsMotion(s.Word)).Select(s => s.Number));
            foreach (var ofFinger in _seen.Where(s => s.Finger >= 0).GroupBy(s => s.Finger))
                Assert.Equal(ofFinger.Select(s => s.Number).Order(), ofFinger.Select(s => s.Number));
            foreach (var (finger, number) in _lastMove)
                Assert.Equal(number, _seen.Last(s => s.Finger == finger).Number);
            Assert.True(_seen.Count(s => IsMotion(s.Word)) + queue.Coalesced <= _moves);
            Assert.True(_seen.Count + queue.Coalesced + queue.Dropped >= _given.Count + _moves);
        }
    }

    [Fact]
    public void Presses_releases_and_keys_arrive_all_and_in_order_and_each_fingers_last_position_is_right()
    {
        var acts = Gen.Select(Gen.Enum<Act>(), Gen.Int[0, 9], Gen.Frequency((6, Gen.Int[1, 12]), (1, Gen.Int[1, 400])));
        acts.List[1, 60].Sample(list =>
        {
            var (client, file, queue) = Make();
            using (client)
            using (file)
            {
                var model = new Model(client, queue);
                foreach (var (act, finger, times) in list)
                    model.Do(act, finger, times);
                model.Check();
            }
        }, iter: 300);
    }

    [Fact]
    public void Every_motion_arrives_while_the_ring_is_less_than_half_full()
    {
        var (client, file, queue) = Make();
        using var _ = client;
        using var __ = file;
        for (var i = 0; i < 500; i++)
            queue.Move(0, (i, 0), number: 0, null);
        Assert.True(queue.Flush(late: false));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"mouse-drag {i} 0 0"), client.TakeEvents());
        Assert.Equal(0, queue.Coalesced + queue.Dropped);
    }

    [Fact]
    public void Beyond_half_only_the_newest_motion_waits_and_comes_when_the_client_has_read()
    {
        var (client, file, queue) = Make();
        using var _ = client;
        using var __ = file;
        for (var i = 0; i < 2000; i++)
        {
            queue.Move(0, (i, 0), number: -1, null);
            queue.Flush(late: false);
        }
        Assert.Equal(1, queue.Held);
        Assert.Equal(2000 - 513 - 1, queue.Coalesced);
        Assert.Equal(513, client.TakeEvents().Count);
        Assert.True(queue.Flush(late: true));
        Assert.Equal(["mouse-drag 1999 0"], client.TakeEvents());
        Assert.Equal(0, queue.Dropped);
    }

    [Fact]
    public void A_client_that_never_reads_costs_a_bounded_queue_and_keeps_whole_presses()
    {
        var (client, file, queue) = Make();
        using var _ = client;
        using var __ = file;
        var taken = 0;
        for (var i = 0; i < 3000; i++)
        {
            if (!queue.Press("mouse-press 1 1"u8, 0))
                continue;
            queue.Release("mouse-release 1 1"u8, 0);
            queue.Flush(late: false);
            taken++;
        }
        Assert.Equal(EventQueue.Capacity - 1, queue.Held); // one more would have no room for its release
        Assert.Equal(2 * (3000 - taken), queue.Dropped);
        var seen = client.TakeEvents();
        queue.Flush(late: true);
        seen.AddRange(client.TakeEvents());
        Assert.Equal(Enumerable.Range(0, 2 * taken).Select(i => i % 2 == 0 ? "mouse-press 1 1" : "mouse-release 1 1"), seen);
    }

    [Fact]
    public void A_release_has_its_place_though_keys_have_filled_everything()
    {
        var (client, file, queue) = Make();
        using var _ = client;
        using var __ = file;
        Assert.True(queue.Press("mouse-press 1 1"u8, 0));
        while (queue.Offer("a"u8))
            queue.Flush(late: false);
        queue.Release("mouse-release 1 1"u8, 0);
        var seen = client.TakeEvents();
        queue.Flush(late: true);
        seen.AddRange(client.TakeEvents());
        Assert.Equal("mouse-release 1 1", seen[^1]);
        Assert.Equal(1023 + EventQueue.Capacity, seen.Count);
    }

    [Fact]
    public void A_repeat_is_lost_before_a_key_is()
    {
        var (client, file, queue) = Make();
        using var _ = client;
        using var __ = file;
        var repeats = 0;
        while (queue.Offer("a"u8, spare: true))
            repeats++;
        Assert.Equal(EventQueue.NearlyFull, repeats);
        Assert.True(queue.Offer("b"u8));
    }

    [Fact]
    public void Parts_of_clicks_add_up_and_turning_back_forgets_the_rest()
    {
        var (client, file, queue) = Make();
        using var _ = client;
        using var __ = file;
        foreach (var part in new[] { 0.1, 0.2, 0.3, 0.4, 0.9, -0.5, -0.5, double.NaN, 1e300 })
            queue.Scroll(3, 4, 0, part);
        queue.Scroll(3, 4, -2, 0);
        queue.Flush(late: false);
        Assert.Equal(["mouse-scroll 3 4 0 1", "mouse-scroll 3 4 0 -1", "mouse-scroll 3 4 0 10000", "mouse-scroll 3 4 -2 0"],
            client.TakeEvents());
    }

    [Theory]
    [InlineData(1024, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 1024)]
    [InlineData(short.MinValue, short.MaxValue)]
    public void Indices_outside_the_ring_make_the_client_a_broken_one(int read, int write)
    {
        var (client, file, queue) = Make();
        using var _ = client;
        using var __ = file;
        client.Poke(HandMade.EventsRead, (short)read);
        client.Poke(HandMade.EventsWrite, (short)write);
        Assert.False(queue.Press("mouse-press 1 1"u8, 0));
        Assert.False(queue.Flush(late: false));
        Assert.True(queue.IsBroken);
    }

    [Fact]
    public void An_event_on_its_way_allocates_nothing()
    {
        var (client, file, queue) = Make();
        using var _ = client;
        using var __ = file;
        void Round(int i)
        {
            queue.Press("mouse-press 1 1"u8, 0);
            queue.Move(0, (i, i), number: 0, null);
            queue.Scroll(1, 1, 0, 0.5);
            queue.Release("mouse-release 1 1"u8, 0);
            queue.Offer("a"u8);
            queue.Flush(late: i % 2 == 0);
        }
        Allocations.AssertNone(() =>
        {
            for (var i = 0; i < 1000; i++)
                Round(i);
        });
    }
}
