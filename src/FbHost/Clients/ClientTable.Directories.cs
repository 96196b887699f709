using FbHost.Loop;
using Mmm;
using Mmm.Hosting;
using Mmm.Protocol;

namespace FbHost.Clients;

// The directories that are served: the main one, and those of apps.
internal sealed partial class ClientTable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(1); // for a directory whose lock another process holds
    private static readonly TimeSpan AppPatience = TimeSpan.FromMilliseconds(200); // the same, for the directory of an app
    private readonly List<ClientFinder> _finders = []; // one for each directory; that of the main directory is the first
    private bool _isOpen;

    /// <summary>
    /// Serves the clients that exist, and watches for further ones, also in the directories of apps that were added by now. If such a
    /// directory cannot be used, this is logged.
    /// </summary>
    /// <exception cref="MmmException">The main directory cannot be used. The message is one line.</exception>
    public void Open()
    {
        _isOpen = true;
        foreach (var finder in _finders.ToList())
        {
            try
            {
                Open(finder);
            }
            catch (MmmException e) when (finder.App is not null)
            {
                _log.Warn($"the clients of app {finder.App} are not served: {e.Message}");
                RemoveDirectory(finder.Directory);
            }
        }
        var until = EventLoop.Now + (long)StartPatience.TotalNanoseconds;
        for (var moves = true; moves && EventLoop.Now < until;)
        {
            moves = false;
            foreach (var finder in _finders.Where(f => f.IsBusy))
                moves |= finder.Directory.Wait(finder.App is null ? StartPatience : AppPatience);
            _loop.RunPosted();
        }
        // Clients of a previous host are shown at once, in the order in which that host had stacked them. Apps that this host started are
        // left out, because they have not drawn yet.
        foreach (var session in _serving.Where(s => s.App is not { IsNew: true } && s.File!.Refresh())
            .OrderBy(s => s.File!.State.Z).ToList())
        {
            if (session.File!.State is { Flip: FlipState.Neutral or FlipState.Drawing } state && state.Fault(session.File.Length) is null)
                Frames.Place(session, state);
        }
    }

    private void Open(ClientFinder finder)
    {
        finder.Directory.Open(finder.Look, (name, peer) => Greet(finder, name, peer));
        finder.Directory.Rescan();
    }

    private ClientFinder Follow(ClientDirectory directory, string? app)
    {
        var finder = new ClientFinder(_loop, directory, _quota, _log, app);
        finder.Found += session => Serve(session);
        finder.Vanished += session => End(session, deleteFile: false);
        finder.Due += OnTimer;
        finder.AllFound += () =>
        {
            if (_finders.TrueForAll(f => f.HasFoundAll))
                _seen.KeepOnly(_quota.Recorded.Select(s => s.Identity));
        };
        _finders.Add(finder);
        return finder;
    }

    /// <summary>Serves the directories of apps from now on, those that exist and those that are added later.</summary>
    public void Serve(AppDirectories directories)
    {
        directories.Added += AddDirectory;
        directories.Removed += RemoveDirectory;
        foreach (var (directory, app) in directories.All)
            AddDirectory(directory, app);
    }

    /// <summary>Serves the directory of an app, too: all clients in it belong to that app.</summary>
    /// <param name="directory">The directory, which no other app has. The caller disposes it.</param>
    /// <param name="app">The app's name.</param>
    /// <exception cref="MmmException">The directory cannot be used. The message is one line.</exception>
    public void AddDirectory(ClientDirectory directory, string app)
    {
        var finder = Follow(directory, app);
        try
        {
            if (_isOpen)
                Open(finder);
        }
        catch
        {
            RemoveDirectory(directory);
            throw;
        }
    }

    /// <summary>
    /// Ends the clients in the directory of an app, and serves it no longer. The files of clients are deleted. The caller disposes the
    /// directory.
    /// </summary>
    public void RemoveDirectory(ClientDirectory directory)
    {
        if (_finders.Find(f => f.Directory == directory && f.App is not null) is not { } finder)
            return;
        _finders.Remove(finder);
        finder.Close();
        foreach (var session in finder.Sessions.ToList())
            End(session, deleteFile: true);
    }
}
