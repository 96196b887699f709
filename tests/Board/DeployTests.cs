namespace Board.Tests;

/// <summary>The programs of deploy/ with busybox and dropbear: on a board of their own, whose power is cut in the end.</summary>
[Collection("device")]
public sealed class DeployTests(BoardFixture fixture)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public void Releases_are_sent_rolled_back_and_taken_back_also_by_a_power_cut()
    {
        using var board = fixture.BootAnother("deploy");
        string running = "";
        BoardFixture.Watch(board, "deploy", () =>
        {
            var first = Push(board, fixture.Programs.Hello, "Hello");
            Assert.Matches(@"sent \d\.\d MB in", first.Output);
            running = Current(board);
            var second = Push(board, fixture.Programs.Hello, "Hello");
            Assert.Matches(@"sent 0\.0 of \d\.\d MB \(the rest was there\)", second.Output);
            Assert.Contains($"app runs {running}", Deploy(board, "rollback").Output);
            Assert.Equal(running, Current(board));
            Assert.Matches($@"(?m)^127\.0\.0\.1 +app +{running} +\w+ .* \d+ MB$", Deploy(board, "status").Output);
            var screen = Path.Combine(fixture.Folder, "deploy-screen.png");
            Deploy(board, "screenshot", screen);
            Assert.Equal(0, Png.Read(File.ReadAllBytes(screen)).Differences(board.Screen()));
        });

        // The power goes while a release is on trial.
        var push = Command.Start(PathOf("push"), board.Device.PushArguments("ToneApp", fixture.Programs.ToneApp));
        Wait.Until("the release is on trial", TimeSpan.FromSeconds(60),
            () => board.Device.Run("cat /data/apps/app/trial").Output.Contains(running) && Current(board) != running, pause: 100);
        board.CutPower();
        Assert.NotEqual(0, Command.Finish(push, Limit).ExitCode);
        using var again = fixture.BootAgain("deploy");
        BoardFixture.Watch(again, "deploy-again", () =>
        {
            Assert.Equal(running, Current(again));
            Assert.Contains("had not proved itself", again.Device.Require("mmmctl logs --device"));
            Assert.Contains("Hello", again.Device.Require("mmmctl clients"));
        });
    }

    private static string Current(Board board) => board.Device.Require("readlink /data/apps/app/current")["releases/".Length..];

    private CommandResult Push(Board board, string published, string app) =>
        Command.Require(PathOf("push"), board.Device.PushArguments(app, published), Limit);

    private CommandResult Deploy(Board board, string program, params string[] words) =>
        Command.Require(PathOf(program), ["127.0.0.1", .. words, .. board.Device.ConnectionOptions], Limit);

    private string PathOf(string program) => Path.Combine(fixture.Repo, "deploy", program);
}
