using FbHost.Clients;
using FbHost.Loop;
using Mmm.Linux;

namespace FbHost.Tests;

/// <summary>How many clients one process, one app and one user may have, and that nobody else goes without.</summary>
public sealed class ClientQuotaTests : IDisposable
{
    private const int OfApp = 32, OfUser = 96; // clients
    private const string Other = "65534"; // a user
    private readonly List<IDisposable> _made = [];
    private readonly MmmHost _host = new();

    public void Dispose()
    {
        _made.ForEach(m => m.Dispose());
        _host.Dispose();
    }

    // Clients by hand that say they are of one process.
    private List<HandMade> Clients(string name, int pid, int count)
    {
        var clients = Enumerable.Range(0, count).Select(i => new HandMade(_host, $"{name}-{i}", c => c.Poke(HandMade.Pid, pid))).ToList();
        _made.AddRange(clients);
        return clients;
    }

    private int Process()
    {
        var process = new Child("sleep", ["1000"]);
        _made.Add(process);
        return process.Pid;
    }

    private static void WaitForCount(MmmHost host, int count) => Wait.Until(
        () => host.Clients.Length == count, $"{count} clients", () => $"{host.Clients.Length}, log {host.AllLog()}");

    // So that every user can make files there.
    private void Share()
    {
        File.SetUnixFileMode(_host.Temp.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(_host.Path, (UnixFileMode)0x3FF);
    }

    private Child AsOther(params string[] command) =>
        _host.Run("setpriv", [$"--reuid={Other}", $"--regid={Other}", "--clear-groups", .. command]);

    [Fact]
    public void A_process_without_an_app_has_32_clients_and_one_more_when_one_of_them_ends()
    {
        int pid = Process(), another = Process();
        var clients = Clients("of-one", pid, OfApp);
        WaitForCount(_host, OfApp);
        Clients("one-more", pid, 1);
        _host.WaitForLog($"{OfApp} clients of process {pid} are served; one-more-0 and further ones have to wait");
        Clients("of-another", another, 1);
        _host.WaitForClient("of-another-0");
        Assert.Null(_host.Client("one-more-0"));
        clients[0].Dispose();
        _host.WaitForClient("one-more-0");
        Assert.Equal(OfApp + 1, _host.Clients.Length);
        Assert.Equal(1, _host.CountLog("have to wait"));
    }

    [Fact]
    public void An_app_of_many_processes_has_32_clients_and_one_more_when_one_of_them_ends()
    {
        using var host = new MmmHost(config: """
            { "apps": [ { "name": "many", "sandbox": "none", "command": [ "sh", "-c",
              "for i in $(seq 33); do \"$0\" --title Many$i --size 8x8 deaf & done; wait", "$RAW" ] } ] }
            """);
        WaitForCount(host, OfApp);
        host.WaitForLog($"{OfApp} clients of many are served; ");
        using var alone = host.Raw("--title Alone deaf");
        host.WaitForClient("Alone");
        var before = host.Clients;
        Assert.Equal(OfApp + 1, before.Length);
        Child.Kill(before.First(c => c.Name != "Alone").Pid);
        Wait.Until(() => host.Clients.Any(c => before.All(b => b.Pid != c.Pid)), "the client that has waited", host.AllLog);
        Assert.Equal(1, host.CountLog("have to wait"));
    }

    [Fact]
    public void A_user_has_96_clients_and_keeps_no_other_user_out()
    {
        Programs.NeedRoot();
        Share();
        var clients = Enumerable.Range(0, 3).SelectMany(i => Clients($"process-{i}", Process(), OfApp)).ToList();
        WaitForCount(_host, OfUser);
        Clients("one-more", Process(), 1);
        _host.WaitForLog($"{OfUser} clients of user 0 are served; one-more-0 and further ones have to wait");
        AsOther(Programs.RawClient, "--title", "Other", "deaf");
        _host.WaitForClient("Other");
        Assert.Null(_host.Client("one-more-0"));
        clients[0].Dispose();
        _host.WaitForClient("one-more-0");
        Assert.NotNull(_host.Client("Other"));
    }

    [Fact]
    public void A_user_who_says_that_his_clients_are_another_users_process_keeps_that_one_out_of_nothing()
    {
        Programs.NeedRoot();
        var pid = Process();
        var claims = Enumerable.Range(0, OfApp)
            .Select(i => new HandMade(_host.Temp[$"claim-{i}"], "claim", c => c.Poke(HandMade.Pid, pid))).ToList();
        _made.AddRange(claims);
        using (var chown = new Child("chown", ["65534", .. claims.Select(c => c.Path)]))
            Assert.Equal(0, chown.WaitForEnd());
        claims.ForEach(c => File.Move(c.Path, _host[c.Name]));
        WaitForCount(_host, OfApp);
        Clients("own", pid, 1);
        _host.WaitForClient("own-0");
    }

    [Theory]
    [InlineData(130)]
    [InlineData(2 * ClientQuota.MostFiles)]
    public void Empty_files_of_another_user_do_not_keep_a_client_out(int files)
    {
        Programs.NeedRoot();
        Share();
        using var junk = AsOther("sh", "-c", "cd \"$MMM_PATH\" && for i in $(seq \"$0\"); do : >\"junk-$i\"; done", $"{files}");
        Assert.Equal(0, junk.WaitForEnd());
        Clients("late", Process(), 1);
        _host.WaitForClient("late-0");
        using var real = _host.Raw("--title Real color 00ff00");
        _host.WaitForClient("Real");
    }

    private static ClientSession Session(EventLoop loop, int number, uint user) =>
        new($"{number}", new FileIdentity(1, (ulong)number), user, loop.CreateTimer(() => { }));

    [Fact]
    public void A_users_files_that_are_no_clients_make_room_for_each_other_and_not_for_another_users()
    {
        using var loop = new EventLoop();
        var quota = new ClientQuota();
        var known = Enumerable.Range(0, ClientQuota.MostIdleOfUser).Select(i => Session(loop, i, user: 1)).ToList();
        Assert.True(quota.MayMeet(known, 2, out var forget));
        Assert.Null(forget);
        Assert.True(quota.MayMeet(known, 1, out forget));
        Assert.Equal(known[0], forget);
        known[0].Phase = Phase.Serving; // a client is never forgotten for a file
        Assert.True(quota.MayMeet(known, 1, out forget));
        Assert.Null(forget);
    }

    [Fact]
    public void Files_in_the_directory_of_an_app_make_room_for_each_other_and_not_for_another_app_s_of_the_same_user()
    {
        using var temp = new TempDirectory();
        using var loop = new EventLoop();
        using var directory = new ClientDirectory(loop, temp["mmm"], _ => { });
        var quota = new ClientQuota();
        var finder = new ClientFinder(loop, directory, quota, new HostLog(null), "app");
        var known = Enumerable.Range(0, ClientQuota.MostIdleOfUser).Select(i =>
            new ClientSession($"{i}", new FileIdentity(1, (ulong)i), 1, loop.CreateTimer(() => { })) { Finder = finder }).ToList();
        Assert.True(quota.MayMeet(known, 1, out var forget));
        Assert.Null(forget);
        Assert.True(quota.MayMeet(known, 1, out forget, "another"));
        Assert.Null(forget);
        Assert.True(quota.MayMeet(known, 2, out forget, "app"));
        Assert.Equal(known[0], forget);
    }

    [Fact]
    public void When_the_table_is_full_the_user_with_most_files_that_are_no_clients_makes_room()
    {
        using var loop = new EventLoop();
        var quota = new ClientQuota();
        var known = Enumerable.Range(0, ClientQuota.MostFiles)
            .Select(i => Session(loop, i, user: i < 40 ? 1u : 2u + (uint)(i % 10))).ToList();
        Assert.True(quota.MayMeet(known, 20, out var forget));
        Assert.Equal(1u, forget!.User);
        known.ForEach(s => s.Phase = Phase.Serving);
        Assert.False(quota.MayMeet(known, 20, out forget));
        Assert.Null(forget);
    }
}
