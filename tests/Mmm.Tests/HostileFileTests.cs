using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Mmm.Hosting;
using Mmm.Linux;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>What can lie in MMM_PATH: nothing of it throws, blocks, or is taken for a client it is not.</summary>
public sealed class HostileFileTests : IDisposable
{
    private readonly MmmDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [DllImport("libc", EntryPoint = "mkfifo", CharSet = CharSet.Ansi)]
    private static extern int MakeFifo(string path, uint mode);

    [DllImport("libc", EntryPoint = "link", CharSet = CharSet.Ansi)]
    private static extern int HardLink(string from, string to);

    private string? Reason(string name)
    {
        var (outcome, file, reason) = ClientFile.Open(_directory[name]);
        using (file)
        {
            Assert.Equal(file is null, outcome != OpenOutcome.Opened);
            return file == null ? reason : null;
        }
    }

    [Fact]
    public void A_FIFO_is_refused_at_once()
    {
        Assert.Equal(0, MakeFifo(_directory["fifo"], 0x1B6));
        Assert.Equal("a FIFO", Reason("fifo"));
    }

    [Fact]
    public void Directories_links_and_sockets_are_refused()
    {
        Directory.CreateDirectory(_directory["dir"]);
        Assert.Equal("a directory", Reason("dir"));

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_directory["socket"]));
        Assert.Equal("a socket", Reason("socket"));

        RawFile.RawClient(_directory["fb.1"]).Dispose();
        File.CreateSymbolicLink(_directory["in"], _directory["fb.1"]);
        File.CreateSymbolicLink(_directory["out"], "/etc/passwd");
        File.CreateSymbolicLink(_directory["nowhere"], _directory["missing"]);
        Assert.Equal(["a symbolic link", "a symbolic link", "a symbolic link"], new[] { Reason("in"), Reason("out"), Reason("nowhere") });

        Assert.Equal(0, HardLink(_directory["fb.1"], _directory["fb.2"]));
        Assert.Equal("a file with several names", Reason("fb.1"));
        Assert.Equal("a file with several names", Reason("fb.2"));
    }

    [Fact]
    public void A_missing_file_is_refused_without_words() => Assert.Equal("", Reason("missing"));

    [Fact]
    public void Short_files_and_zeros_are_no_clients_yet()
    {
        foreach (var length in new[] { 0, 10, 0x1b, 0x1c, 0xab, 0x48c70, 400_000 })
        {
            using var raw = new RawFile(_directory[$"fb.{length}"], length);
            using var file = ClientFile.Open(raw.Path).File;
            Assert.NotNull(file);
            Assert.False(file.TryIdentify(out var fault));
            Assert.Null(fault);
            if (length >= 0x1c)
            {
                raw.Put(0x18, 4711);
                Assert.Equal(length >= 0x48c70, file.TryIdentify(out fault));
                Assert.Null(fault);
            }
        }
    }

    [Theory]
    [InlineData(0, 0u, null)]
    [InlineData(-5, 0u, "its pid is -5")]
    [InlineData(int.MinValue, 0x5d0u, "its pid is -2147483648")]
    [InlineData(7, 0x3ccu, "its FB block is 972 bytes long, which no supported ABI has (LP64, ARM32)")]
    [InlineData(7, uint.MaxValue, "its FB block is 4,294,967,295 bytes long, which no supported ABI has (LP64, ARM32)")]
    public void What_never_will_be_a_client_has_a_fault(int pid, uint fbLength, string? expected)
    {
        using var raw = RawFile.RawClient(_directory["fb.1"]).Put(0x18, pid).Put(0xa8, fbLength);
        using var file = ClientFile.Open(raw.Path).File;
        Assert.False(file!.TryIdentify(out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void A_file_truncated_after_opening_fails_every_read_and_nothing_else()
    {
        using var raw = RawFile.RawClient(_directory["fb.1"]);
        using var file = MmmDirectory.OpenFile(raw.Path);
        using var pcm = file.OpenPcm()!;
        Assert.True(pcm.TryRead(out var sound));
        var state = file.State;
        raw.Put(0x206ba, (short)3); // messages that will be gone
        var pixels = new uint[8 * 4];
        foreach (var length in new[] { 0x48c70 + 100, 0x30000, 0x5c0, 0 })
        {
            raw.SetLength(length);
            Assert.NotNull(state.Fault(file.Length));
            Assert.False(file.ReadPixels(state, new Rect(0, 0, 8, 4), pixels, 8));
            Assert.False(file.ReadPixels(state, new Rect(1, 1, 5, 3), pixels, 8));
            Assert.Equal(length >= 0x670, file.Refresh());
            if (length == 0)
            {
                Assert.False(file.TryTakeMessage(out _, out var fault));
                Assert.Contains("message ring", fault);
                Assert.Equal(PushResult.Broken, file.PushEvent("a"u8));
                Assert.Equal(-1, file.QueuedEvents);
                Assert.False(file.RefreshValues());
                Assert.False(pcm.TryRead(out _));
                Assert.Equal(0, pcm.Take(sound with { Write = 100, Format = PcmFormat.S16Stereo }, new byte[400]));
            }
        }
    }

    [Fact]
    public void A_removed_file_is_served_to_its_end_and_its_name_is_not_taken_from_another()
    {
        using var raw = RawFile.RawClient(_directory["fb.1"]);
        using var file = MmmDirectory.OpenFile(raw.Path);
        File.Delete(raw.Path);
        Assert.True(file.Refresh());
        Assert.Equal(PushResult.Done, file.PushEvent("a"u8));
        Assert.False(file.Delete().Result); // nothing there
        using var next = RawFile.RawClient(_directory["fb.1"]);
        Assert.False(file.Delete().Result);
        Assert.True(File.Exists(next.Path));
        using (var owner = MmmDirectory.OpenFile(next.Path))
            Assert.True(owner.Delete().Result);
        Assert.False(File.Exists(next.Path));
    }

    [Fact]
    public void What_lies_on_a_page_that_was_cut_out_is_written_late_in_order_and_then_told()
    {
        using var raw = RawFile.RawClient(_directory["fb.1"]);
        using var file = MmmDirectory.OpenFile(raw.Path);
        using var pcm = file.OpenPcm();
        using var caughtUp = new SemaphoreSlim(0);
        file.CaughtUp = () => caughtUp.Release();
        foreach (var (text, write) in new[] { ("a", 1), ("b", 2) })
        {
            raw.PunchHole(0, 0x48000);
            raw.Put(0x682, (short)(write - 1));
            Assert.Equal(PushResult.Done, file.PushEvent(Encoding.UTF8.GetBytes(text)));
            Assert.True(caughtUp.Wait(15_000));
            Assert.Equal(((byte)text[0], (short)write), (raw.Get<byte>(0x6a4 + 128 * write), raw.Get<short>(0x682)));
        }
        Assert.Equal(PushResult.Done, file.PushEvent("c"u8)); // as if nothing had been
        Assert.Equal(3, raw.Get<short>(0x682));
        raw.PunchHole(0, 0x48000);
        pcm.SetHostFormat(PcmFormat.S16Stereo, 48000);
        Assert.True(caughtUp.Wait(15_000));
        Assert.Equal(48000, raw.Get<int>(0x406fc));
        Assert.True(pcm.TryRead(out _));
    }

    [Fact]
    public void What_was_to_be_written_late_and_could_not_be_ends_in_a_file_that_cannot_be_written()
    {
        using var raw = RawFile.RawClient(_directory["fb.1"]);
        using var file = MmmDirectory.OpenFile(raw.Path);
        using var caughtUp = new SemaphoreSlim(0);
        file.CaughtUp = () => caughtUp.Release();
        raw.SetLength(0);
        Assert.True(file.SetZ(1)); // cannot be known yet
        Assert.True(caughtUp.Wait(15_000));
        Assert.False(file.SetZ(1));
    }

    [Theory]
    [InlineData("take-1.wav", false, false)]
    [InlineData("any-name", true, true)]
    [InlineData("fb.4711", false, true)]
    public void Only_what_is_a_client_beyond_doubt_is_deleted(string name, bool hasHeaders, bool isDeleted)
    {
        using var raw = RawFile.RawClient(_directory[name]);
        if (hasHeaders)
            PutHeaders(raw);
        using var file = MmmDirectory.OpenFile(raw.Path);
        Assert.Equal((hasHeaders, isDeleted), (file.HasBlockHeaders, file.MayBeDeleted));
        Assert.Equal(isDeleted, file.Delete().Result);
        Assert.Equal(isDeleted, !File.Exists(raw.Path));
    }

    private static void PutHeaders(RawFile file)
    {
        foreach (var (offset, type, length, next) in Abi.Lp64.Blocks())
            file.Put(offset, Encoding.UTF8.GetBytes(type)).Put(offset + 8, length).Put(offset + 12, next);
    }

    [Fact]
    public void One_block_header_that_is_not_as_the_libraries_write_it_leaves_the_file_alone()
    {
        foreach (var (offset, _, _, _) in Abi.Lp64.Blocks())
        {
            foreach (var at in new[] { offset, offset + 12 })
            {
                using var raw = RawFile.RawClient(_directory[$"at-{at}"]);
                PutHeaders(raw);
                raw.Put(at, -1);
                using var file = MmmDirectory.OpenFile(raw.Path);
                Assert.False(file.MayBeDeleted);
            }
        }
    }

    [Fact]
    public void Delete_finds_the_file_in_its_directory_though_that_was_renamed()
    {
        Directory.CreateDirectory(_directory["before"]);
        using var raw = RawFile.RawClient(_directory["before/fb.1"]);
        using var file = MmmDirectory.OpenFile(raw.Path);
        Directory.Move(_directory["before"], _directory["after"]);
        Directory.CreateDirectory(_directory["before"]);
        File.WriteAllText(raw.Path, "of somebody else");
        Assert.True(file.Delete().Result);
        Assert.True(File.Exists(raw.Path));
        Assert.False(File.Exists(_directory["after/fb.1"]));
    }

    [Theory]
    [InlineData("missing", OpenOutcome.Gone)]
    [InlineData("../elsewhere", OpenOutcome.Refused)]
    public void A_name_that_stands_for_no_file_here_is_told_from_what_is_none(string name, object outcome)
    {
        Directory.CreateDirectory(_directory["in"]);
        RawFile.RawClient(_directory["elsewhere"]).Dispose();
        var fd = Sys.Open(_directory["in"], 0x200000 /* O_PATH */);
        Assert.Equal((outcome, null), ((object)ClientFile.Open(fd, name).Outcome, ClientFile.Open(fd, name).File));
        Sys.Close(fd);
    }

    [Fact]
    public void A_name_of_more_bytes_than_a_file_can_have_stands_for_no_file() =>
        Assert.Equal(new OpenResult(OpenOutcome.Gone, null, ""), ClientFile.Open(_directory[new string('å', 200)]));

    [Fact]
    public void A_lease_and_a_mode_that_is_not_set_yet_are_passing()
    {
        Assert.Equal(OpenOutcome.TryLater, OpenResult.Failed(-13 /* EACCES */).Outcome);
        Assert.All(new[] { -24 /* EMFILE */, -23 /* ENFILE */, -12 /* ENOMEM */, -4 /* EINTR */, -11 /* EAGAIN */ }, e =>
            Assert.Equal(OpenOutcome.TryLater, OpenResult.Failed(e).Outcome));
        Assert.All(new[] { -40 /* ELOOP */, -18 /* EXDEV */, -6 /* ENXIO */, -21 /* EISDIR */ }, e =>
            Assert.Equal(OpenOutcome.Refused, OpenResult.Failed(e).Outcome));
    }

    [Theory]
    [InlineData(-5, 32767)]
    [InlineData(0, 1024)]
    [InlineData(-1, 0)]
    [InlineData(short.MinValue, short.MinValue)]
    public void Ring_indices_outside_the_ring_are_faults_and_nothing_is_written(short read, short write)
    {
        using var raw = RawFile.RawClient(_directory["fb.1"]).Put(0x680, read).Put(0x682, write).Put(0x206b8, read).Put(0x206ba, write);
        using var file = MmmDirectory.OpenFile(raw.Path);
        var before = raw.Bytes(0, 0x48c70);
        Assert.Equal(PushResult.Broken, file.PushEvent("a"u8));
        Assert.Equal($"its event ring has the indices {read} and {write}; 0 to 1023 are valid", file.EventFault());
        Assert.Equal(-1, file.QueuedEvents);
        Assert.False(file.TryTakeMessage(out _, out var fault));
        Assert.Equal($"its message ring has the indices {read} and {write}; 0 to 1023 are valid", fault);
        Assert.Equal(before, raw.Bytes(0, 0x48c70));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(int.MinValue, 0)]
    [InlineData(1000, 16)]
    [InlineData(int.MaxValue, 16)]
    public void A_count_of_values_that_cannot_be_is_clamped(int count, int seen)
    {
        using var raw = RawFile.RawClient(_directory["fb.1"]).Put(0x48c58, count);
        for (var i = 0; i < 16; i++)
            raw.Put(0x48758 + i * 16, $"n{i}").Put(0x48858 + i * 64, $"v{i}");
        using var file = MmmDirectory.OpenFile(raw.Path);
        Assert.True(file.RefreshValues());
        Assert.Equal(seen, file.Values.Count);
        Assert.Equal(count < 0, file.SetValue("new", "value"));
    }

    [Fact]
    public void Texts_without_NUL_end_where_their_field_ends()
    {
        using var raw = RawFile.RawClient(_directory["fb.1"])
            .Put(0xb0, Enumerable.Repeat((byte)'t', 256).ToArray())
            .Put(0x1b0, Enumerable.Repeat((byte)'f', 1024).ToArray())
            .Put(0x48758, Enumerable.Repeat((byte)'n', 16).ToArray())
            .Put(0x48858, Enumerable.Repeat((byte)'v', 64).ToArray())
            .Put(0x48c58, 1)
            .Put(0x206ba, (short)1).Put(0x206dc + 128, Enumerable.Repeat((byte)'m', 128).ToArray());
        using var file = MmmDirectory.OpenFile(raw.Path);
        Assert.Equal(new string('t', 255), file.Title);
        Assert.Equal(new string('f', 1023), file.UnknownPixelFormat);
        Assert.True(file.RefreshValues());
        Assert.Equal(new string('v', 63), file.Values[new string('n', 15)]);
        Assert.True(file.TryTakeMessage(out var message, out _));
        Assert.Equal(new string('m', 127), message);
    }

    [Fact]
    public void Random_files_never_throw()
    {
        using var raw = RawFile.RawClient(_directory["fb.1"]);
        Gen.Select(Gen.Int[0, 0x48c70], Gen.Byte.Array[1, 4096], Gen.Int).Sample((at, bytes, format) =>
        {
            raw.Put(at, bytes).Put(0x18, 1).Put(0xa8, 0x5d0).Put(0x406f0, format & 7);
            using var file = ClientFile.Open(raw.Path).File!;
            if (!file.TryIdentify(out _) || !file.Refresh())
                return;
            _ = file.State.Position;
            var fault = file.State.Fault(file.Length);
            Assert.DoesNotContain('\n', fault ?? "");
            if (fault == null && file.State.DamageInside() is { IsEmpty: false } damage)
                file.ReadPixels(file.State, damage, new uint[damage.Width * damage.Height], damage.Width);
            file.RefreshValues();
            file.PushEvent("a"u8);
            for (var i = 0; i < 3 && file.TryTakeMessage(out _, out _); i++)
            {
            }
            using var pcm = file.OpenPcm()!;
            if (pcm.TryRead(out var sound) && sound.Fault() == null)
                pcm.Take(sound, new byte[4000]);
        }, iter: 500, threads: 1);
    }
}
