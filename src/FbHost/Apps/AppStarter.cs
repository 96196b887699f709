using FbHost.Clients;
using FbHost.Options;
using Mmm;
using Mmm.Linux;
using Mmm.Protocol;
using static Tmds.Linux.LibC;

namespace FbHost.Apps;

/// <summary>
/// Starts the processes of apps: prepares the environment, the user, the folders, the cgroup and the sandbox of one, and runs it through
/// the gate (<see cref="AppGate"/>).
/// </summary>
/// <param name="clients">The path of the host's clients' directory.</param>
/// <param name="directories">The clients' directories of sandboxed apps.</param>
/// <param name="folders">The state folders and users.</param>
/// <param name="cgroups">The cgroups.</param>
internal sealed class AppStarter(string clients, AppDirectories directories, AppFolders folders, Cgroups cgroups)
{
    /// <summary>Why a process was not started.</summary>
    /// <param name="Line">One line.</param>
    /// <param name="IsShortage">True if the machine or the host has no more processes, memory or descriptors just now.</param>
    internal readonly record struct Fault(string Line, bool IsShortage);

    /// <summary>Returns the clients' directory of an app: one of its own in a sandbox, else the host's.</summary>
    private string ClientsOf(AppOptions app) =>
        app.Start is { IsSandboxed: true } ? Path.Combine(clients, AppDirectories.FolderName, app.Name) : clients;

    /// <summary>Returns the cgroup of an app; null if it has none.</summary>
    public string? CgroupOf(AppOptions app) => app.Start is null ? null : cgroups.PathOf(app.Name);

    /// <summary>Starts an app's process.</summary>
    /// <param name="app">The app.</param>
    /// <param name="output">The descriptor for its standard output and error; -1 for the host's.</param>
    /// <param name="fault">Why it was not started; null if it was.</param>
    /// <returns>The process id; 0 or less if it was not started.</returns>
    public int Start(AppOptions app, int output, out Fault? fault)
    {
        try
        {
            fault = null;
            var pid = app.Start is null ? StartAsItIs(app, output) : StartPrepared(app, output);
            if (pid <= 0)
                fault = FaultOf(pid, app.Command[0]);
            return pid;
        }
        catch (MmmException e)
        {
            fault = new Fault($"{app.Command[0]}: {e.Message}", false);
            return 0;
        }
    }

    // For mmm COMMAND.
    private int StartAsItIs(AppOptions app, int output) =>
        ChildProcess.Start(app.Command, Named(app, ProgramEnvironment.WholeOfHost()), output);

    private static Fault FaultOf(int error, string program)
    {
        var isShortage = -error == EAGAIN || -error == ENOMEM || -error == EMFILE || -error == ENFILE;
        var remedy = isShortage ? "end other processes, or raise the limits (ulimit -a) of the host" : "name a program that can be run";
        return new Fault($"{program}: {ChildProcess.ReasonOf(error, program)}; {remedy}", isShortage);
    }

    private int StartPrepared(AppOptions app, int output)
    {
        var start = app.Start!;
        if (ProgramFile.Find(app.Command[0], out var error) is not { } program)
            return error;
        if (ProgramFile.Fault(program) is { } fault)
            throw new MmmException(fault);
        if (start.WorkingDirectory is { } directory && !Directory.Exists(directory))
            throw new MmmException($"its workingDirectory {directory} does not exist; create it");
        var user = folders.UserOf(app);
        string? state = null;
        IEnumerable<string> command = app.Command;
        if (start.IsSandboxed)
        {
            state = folders.Make(app.Name, user, out var stateFault) ?? throw new MmmException($"its state folder {stateFault}");
            // By its path: the app's environment may have another PATH.
            var bubblewrap = ProgramFile.Find(Sandbox.Program, out _) ?? throw new MmmException(
                "there is no bwrap for its sandbox; install the package bubblewrap, or set \"sandbox\": \"none\"");
            if (start.Binds.Select(AppStart.PathOf).Concat(start.Devices).FirstOrDefault(path => !Path.Exists(path)) is { } missing)
                throw new MmmException($"{missing} of its binds and devices does not exist");
            var paths = new Sandbox.Paths(bubblewrap, program, ClientsOf(app), state);
            if (ProgramFile.Interpreter(program) is ['/', ..] interpreter && !Sandbox.Shows(start, paths, interpreter))
                throw new MmmException($"needs {interpreter}, which is not in its sandbox; add the folder of it to \"binds\"");
            AddDirectory(app, user, isRunning: false);
            command = Sandbox.Command(app, paths, AppGate.SeccompDescriptor);
        }
        var cgroup = cgroups.Make(app.Name, start.Limits);
        return ChildProcess.Start(AppGate.Arguments(start, cgroup, user, getpid(), command), VariablesOf(app, state), output);
    }

    /// <summary>Serves the clients' directory of an app that a former host started.</summary>
    public void TakeOver(AppOptions app)
    {
        if (app.Start is { IsSandboxed: true })
            AddDirectory(app, folders.UserOf(app), isRunning: true);
    }

    /// <summary>Ends what the apps of a former host have left.</summary>
    /// <param name="kept">The names of the apps that were taken over.</param>
    public void EndLeft(IReadOnlyCollection<string> kept) => LeftProcesses.End(clients, kept, () => true);

    private void AddDirectory(AppOptions app, AppUser? user, bool isRunning)
    {
        // Another user must be able to pass the host's directory to its own one. In its sandbox, it sees nothing else of it.
        if (user is not null && FileStatus.Of(clients, out var status) >= 0 && (status.Mode & 1) == 0)
            File.SetUnixFileMode(clients, (UnixFileMode)(status.Mode & 0xFFF | 0x9 /* 0011 */));
        directories.Add(app.Name, user?.User ?? Sys.EffectiveUserId, user?.Group ?? (uint)getegid(), isRunning);
    }

    /// <summary>Forgets an app that is no longer configured.</summary>
    public void Forget(AppOptions app) => directories.Remove(app.Name);

    private Dictionary<string, string> VariablesOf(AppOptions app, string? state)
    {
        var start = app.Start!;
        var variables = start.IsSandboxed ? ProgramEnvironment.OfSandbox() : ProgramEnvironment.OfHost();
        if (start.IsSandboxed)
            variables["HOME"] = state!;
        if (state is not null)
            variables["STATE_DIRECTORY"] = state;
        foreach (var (name, value) in start.Environment)
            variables[name] = value;
        return Named(app, variables);
    }

    private Dictionary<string, string> Named(AppOptions app, Dictionary<string, string> variables)
    {
        (variables[Rendezvous.PathVariable], variables[ProcessTree.AppVariable]) = (ClientsOf(app), app.Name);
        return variables;
    }
}
