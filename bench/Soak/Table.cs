using System.Diagnostics;
using System.Globalization;

namespace Soak;

/// <summary>
/// Attacks a host in rounds, and reads its resource usage in a pause before the first round and after each round. The usage in the pauses
/// must not grow, and a well-behaved client must not be disturbed. Its frames are compared with those of an identical client of a second
/// host, which runs on the same machine at the same time but is not attacked.
/// </summary>
internal sealed class Table : IDisposable
{
    private const double LeastShare = 1.0 / 3; // of the frame rate
    private const double MostGaps = 5; // times the longest gap on the second host, or LongestGap
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1.5);
    private const double CachesMegabytes = 64; // for resampling filters and unused heap; the first half of a short attack may not fill them
    private static readonly TimeSpan Filled = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60);
    private readonly HostProcess _host, _beside;
    private readonly GoodClient _good, _free;
    private readonly List<string> _faults = [];

    private Table(string program)
    {
        _host = new HostProcess(program);
        _good = new GoodClient(_host);
        _beside = new HostProcess(program);
        _free = new GoodClient(_beside);
    }

    /// <summary>The measurements of a round, and the reading in the pause after it. Rates are in frames per second.</summary>
    private sealed record Round(double Rate, double Beside, TimeSpan Gap, TimeSpan BesideGap, TimeSpan Event, Reading Quiet)
    {
        public double Share => Beside == 0 ? 0 : Rate / Beside;
    }

    /// <summary>The resource usage of the host in a pause.</summary>
    /// <param name="Descriptors">Names of the open descriptors.</param>
    /// <param name="Threads">Number of threads.</param>
    /// <param name="Megabytes">Resident memory in MB.</param>
    /// <param name="Processor">Processor time in ms per second.</param>
    private sealed record Reading(string[] Descriptors, int Threads, double Megabytes, double Processor);

    /// <summary>Runs the attacks, prints the table and returns the exit code.</summary>
    public static int Run(Arguments arguments)
    {
        var rounds = (int)Math.Clamp(arguments.Time.TotalSeconds / 60, 2, 20);
        Console.WriteLine($"seed {arguments.Seed}: {arguments.Attackers} hostile processes for {arguments.Time.TotalSeconds} s "
            + $"in {rounds} rounds; repeat with --seed {arguments.Seed}");
        using var table = new Table(arguments.Host);
        table.Attack(arguments, rounds);
        foreach (var fault in table._faults)
            Console.WriteLine("FAULT: " + fault);
        if (table._faults.Count > 0)
            Console.WriteLine($"the host's last lines:\n{string.Join('\n', table._host.LastLines)}");
        Console.WriteLine(table._faults.Count == 0
            ? "passed: all resources were released, and the well-behaved client was not disturbed"
            : "failed");
        return table._faults.Count == 0 ? 0 : 1;
    }

    private void Attack(Arguments arguments, int rounds)
    {
        Print("", "frames/s", "beside", "share", "gap ms", "beside", "event ms", "events", "killed", "log", "fds", "threads", "MB", "ms/s");
        var attackers = new Attackers(_host.Directory, arguments);
        var before = Measure(() => Thread.Sleep(TimeSpan.FromSeconds(Math.Clamp(arguments.Time.TotalSeconds / rounds, 2, 10))));
        Print("before", before, attackers);
        Round? first = null, last = null;
        var most = 0.0; // MB, in the first half
        for (var i = 1; i <= rounds && !IsOver; i++)
        {
            last = Measure(() => attackers.Run(arguments.Time / rounds, () => IsOver), attackers);
            Print($"round {i}", last, attackers);
            Check($"round {i}", last, before);
            first ??= last;
            most = i <= rounds / 2 ? Math.Max(most, last.Quiet.Megabytes) : most;
            if (arguments.Time > TimeSpan.FromMinutes(1))
                Truncate(_host.Sound); // in hours it would fill the disk
        }
        if (!IsOver)
            CheckQuiet(last!.Quiet, before.Quiet, first!.Quiet, most * 1.15 + (arguments.Time < Filled ? CachesMegabytes : 3));
        if (_host.HasEnded)
            _faults.Add($"the host exited with code {_host.ExitCode}");
        if (_good.Fault is { } fault)
            _faults.Add("the well-behaved client: " + fault);
        if (_free.Fault is { } free)
            _faults.Add("the client on the second host: " + free);
    }

    private bool IsOver => _host.HasEnded || _good.Fault is not null || _free.Fault is not null;

    private static void Truncate(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.SetLength(file, 0);
    }

    private Round Measure(Action run, Attackers? attackers = null)
    {
        _good.Pause(false);
        _free.Pause(false);
        _good.TakeWorst();
        _free.TakeWorst();
        var (frames, free, start) = (_good.Frames, _free.Frames, Stopwatch.GetTimestamp());
        run();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var (rate, beside) = ((_good.Frames - frames) / seconds, (_free.Frames - free) / seconds);
        var ((gap, slowest), (besideGap, _)) = (_good.TakeWorst(), _free.TakeWorst());
        return new Round(rate, beside, gap, besideGap, slowest, IsOver ? new Reading([], 0, 0, 0) : ReadQuiet(attackers));
    }

    private Reading ReadQuiet(Attackers? attackers)
    {
        attackers?.RemoveLitter();
        if (!Until(() => _good.Received == _good.Sent))
            _faults.Add($"{_good.Received} of {_good.Sent} events arrived");
        _good.Pause(true);
        _free.Pause(true);
        if (!Until(() => _host.Clients == 1))
            _faults.Add($"{_host.Clients - 1} killed clients are still served after {Settling.TotalSeconds} s");
        attackers?.RemoveLitter();
        // Threads of a thread pool and unused buffers are released only after some time.
        var last = Read();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Settling && attackers is not null;)
        {
            Thread.Sleep(2000);
            var now = Read();
            if (now.Descriptors.Length == last.Descriptors.Length
                && now.Threads == last.Threads && Math.Abs(now.Megabytes - last.Megabytes) < 0.1
                && now.Processor < 2)
                return now;
            last = now;
        }
        return last;

        static bool Until(Func<bool> condition)
        {
            for (var start = Stopwatch.GetTimestamp(); !condition(); Thread.Sleep(100))
            {
                if (Stopwatch.GetElapsedTime(start) > Settling)
                    return false;
            }
            return true;
        }
    }

    private Reading Read()
    {
        var (start, before) = (Stopwatch.GetTimestamp(), _host.ProcessorTime);
        Thread.Sleep(2000);
        var busy = (_host.ProcessorTime - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Reading(_host.Descriptors, _host.Threads, _host.Megabytes, busy);
    }

    private void Check(string name, Round round, Round before)
    {
        if (round.Share < before.Share * LeastShare)
            _faults.Add(Text(
                $"{name}: {round.Rate:0.0} frames per second, but {round.Beside:0.0} on the second host, without an attack"));
        var most = LongestGap > MostGaps * round.BesideGap ? LongestGap : MostGaps * round.BesideGap;
        if (round.Gap > most)
            _faults.Add(Text(
                $"{name}: no frame for {round.Gap.TotalMilliseconds:0} ms; {round.BesideGap.TotalMilliseconds:0} ms on the second host"));
        if (round.Event > most)
            _faults.Add(Text($"{name}: an event needed {round.Event.TotalMilliseconds:0} ms to arrive"));
    }

    // The host allocates memory and threads when it first needs them. Growth in the first rounds is therefore normal; later growth is a
    // leak.
    private void CheckQuiet(Reading last, Reading before, Reading first, double megabytes)
    {
        if (last.Descriptors.Length > before.Descriptors.Length)
        {
            var more = last.Descriptors.CountBy(d => d).ExceptBy(before.Descriptors.CountBy(d => d).Select(d => d), d => d);
            _faults.Add($"{before.Descriptors.Length} descriptors before, {last.Descriptors.Length} at the end; "
                + $"the new ones are {string.Join(", ", more)}");
        }
        if (last.Threads > first.Threads)
            _faults.Add($"{first.Threads} threads after the first round, {last.Threads} at the end");
        if (last.Megabytes > megabytes)
        {
            var (was, now) = (before.Megabytes, last.Megabytes);
            _faults.Add(Text($"{was:0.0} MB before, {now:0.0} MB at the end; the limit from the first rounds is {megabytes:0.0} MB"));
        }
        if (last.Processor > before.Processor + 2)
            _faults.Add(Text($"{before.Processor:0.00} ms of processor time per second before, {last.Processor:0.00} ms at the end"));
    }

    private void Print(string name, Round round, Attackers attackers) => Print(
        name, Text($"{round.Rate:0.0}"), Text($"{round.Beside:0.0}"), Text($"{round.Share:0.00}"), Text($"{round.Gap.TotalMilliseconds:0}"),
        Text($"{round.BesideGap.TotalMilliseconds:0}"), Text($"{round.Event.TotalMilliseconds:0}"), Text($"{_good.Received}"),
        Text($"{attackers.Killed}"), Text($"{_host.Lines}"), Text($"{round.Quiet.Descriptors.Length}"), Text($"{round.Quiet.Threads}"),
        Text($"{round.Quiet.Megabytes:0.0}"), Text($"{round.Quiet.Processor:0.00}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Print(string name, params string[] columns) =>
        Console.WriteLine($"{name,-9}" + string.Concat(columns.Select(c => c.PadLeft(9))));

    public void Dispose()
    {
        _good.Dispose();
        _free.Dispose();
        _host.Dispose();
        _beside.Dispose();
    }
}
