using Microsoft.Win32.SafeHandles;

namespace Board.Tests.PowerCuts;

/// <summary>
/// A disk as a power cut leaves it: all that was written before the last flush is there. Each write since then was done, lost, or done in
/// part (its first sectors), whatever became of the others; of two that were done at one place, the later one counts.
/// </summary>
/// <param name="before">
/// The disk before the first write of the log; it is changed, so that each further cut begins where the last one was.
/// </param>
internal sealed class LossyDisk(string before, WriteLog log, Random random) : IDisposable
{
    private readonly SafeFileHandle _durable = File.OpenHandle(before, FileMode.Open, FileAccess.ReadWrite);
    private readonly List<LoggedWrite> _pending = [];
    private int _next;

    /// <summary>
    /// Makes the file <paramref name="disk"/>: the power went after the first <paramref name="entries"/> entries of the log.
    /// </summary>
    /// <returns>What happened to the writes since the last flush, for a message.</returns>
    public string Cut(int entries, string disk)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entries, _next);
        for (; _next < entries; _next++)
            Take(log.Entries[_next]);

        File.Delete(disk);
        Command.Require("cp", ["--sparse=always", before, disk], TimeSpan.FromMinutes(2));
        using var file = File.OpenHandle(disk, FileMode.Open, FileAccess.ReadWrite);
        var kept = random.Next(3) switch { 0 => 0, 1 => 1, _ => random.NextDouble() };
        int done = 0, torn = 0;
        foreach (var write in _pending)
        {
            if (random.NextDouble() >= kept)
                continue;
            var isTorn = write.Count > 1 && random.Next(4) == 0;
            log.Replay(write, file, isTorn ? random.Next(1, write.Count) : write.Count);
            done++;
            torn += isTorn ? 1 : 0;
        }
        return $"the power was cut after entry {entries} of {log.Entries.Count}: of {_pending.Count} writes since the last flush, "
            + $"{done} were done, {torn} of them in part";
    }

    public void Dispose() => _durable.Dispose();

    private void Take(LoggedWrite write)
    {
        if (write.IsFlush)
        {
            foreach (var pending in _pending)
                log.Replay(pending, _durable, pending.Count);
            _pending.Clear();
        }
        if (write.Count == 0)
            return;
        if (write.IsFua)
            log.Replay(write, _durable, write.Count);
        else
            _pending.Add(write);
    }
}
