using System.Globalization;
using FbHost.Apps;
using FbHost.Clients;
using FbHost.Input;
using FbHost.Screens;
using Mmm;
using Mmm.Linux;

namespace FbHost.Control;

/// <summary>
/// The requests of programs that show the screen elsewhere, such as mmm-view: <c>view</c>, what follows on such a connection, and the
/// configured buttons. Without a viewer nothing is copied and nothing is kept.
/// </summary>
internal sealed class Views : IDisposable
{
    private const int MostViews = 8;
    private readonly Screen _screen;
    private readonly Seat _seat;
    private readonly PanelToScreen _panel;
    private readonly Buttons _buttons;
    private readonly List<View> _views = [];
    private ScreenCopy? _copy; // there is one while there are viewers

    public Views(Screen screen, ClientTable clients, AppLauncher apps, Seat seat, PanelToScreen panel, Buttons buttons)
    {
        (_screen, _seat, _panel, _buttons) = (screen, seat, panel, buttons);
        screen.Resized += Resize;
        clients.Stack.Arranged += NoteList;
        clients.Gone += _ => NoteList();
        apps.Changed += NoteList;
    }

    /// <summary>Handles a request. Returns false if it is another one's.</summary>
    public bool Handle(IRequester requester, string[] words)
    {
        if (requester is not ControlConnection connection)
            return false;
        var view = _views.Find(v => v.Connection == connection);
        switch (words)
        {
            case ["view"] when view is null:
                Open(connection);
                return true;
            case ["next"] when view is not null:
                view.Next();
                return true;
            case ["buttons"]:
                connection.Ok(w =>
                {
                    w.WriteStartArray("buttons");
                    foreach (var button in _buttons.Labels)
                        w.WriteStringValue(button);
                    w.WriteEndArray();
                });
                return true;
            case ["button", var number, .. var how] when how is [] or ["down" or "up"]:
                Press(connection, number, how.FirstOrDefault());
                return true;
            default:
                return view?.Input.Handle(words) == true;
        }
    }

    private void Open(ControlConnection connection)
    {
        var (width, height) = (_screen.Display.Width, _screen.Display.Height);
        if (_views.Count >= MostViews)
        {
            connection.Fail($"there are {MostViews} viewers already");
            return;
        }
        if (_copy is null && !TryCopy(out var error))
        {
            connection.Fail($"there is no memory for a copy of the screen: {Sys.ErrorText(error)}; try again later");
            return;
        }
        var view = new View(connection, new ViewInput(_seat, _panel));
        _views.Add(view);
        connection.Ended += () => Leave(view);
        connection.SendWithDescriptor(_copy!.ReadOnlyFd, w =>
        {
            w.WriteBoolean("ok", true);
            w.WriteNumber("width", width);
            w.WriteNumber("height", height);
        });
    }

    private bool TryCopy(out int error)
    {
        if (ScreenCopy.TryMake(_screen, out error) is not { } copy)
            return false;
        _copy = copy;
        _screen.Painted += copy.Take;
        _screen.Shown += Show;
        return true;
    }

    private void Leave(View view)
    {
        view.Input.ReleaseAll();
        if (_views.Remove(view) && _views.Count == 0)
            Drop();
    }

    private void Drop()
    {
        if (_copy is null)
            return;
        _screen.Painted -= _copy.Take;
        _screen.Shown -= Show;
        _copy.Dispose();
        _copy = null;
    }

    private void Show(IReadOnlyList<Rect> rects)
    {
        foreach (var view in _views.ToList()) // a connection that has failed leaves
        {
            foreach (var rect in rects)
                view.Add(rect);
            view.Tell();
        }
    }

    // The file of another size is a new one: its size is sealed.
    private void Resize()
    {
        if (_views.Count == 0)
            return;
        var before = _views.ToList();
        Drop();
        if (!TryCopy(out _))
        {
            before.ForEach(v => v.Connection.Close());
            return;
        }
        foreach (var view in before)
        {
            view.Move(_copy!, _screen.Display.Width, _screen.Display.Height);
            view.Tell();
        }
    }

    private void NoteList()
    {
        foreach (var view in _views.ToList())
        {
            view.NoteList();
            view.Tell();
        }
    }

    // A button that is down is released with the connection.
    private void Press(ControlConnection connection, string number, string? how)
    {
        var count = _buttons.Labels.Count();
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= count)
        {
            connection.Fail(count == 0 ? "no buttons are configured" : $"there is no button {number}; there are 0 to {count - 1}");
            return;
        }
        if (how != "up")
            _buttons.Press(index, pressed: true);
        if (how != "down")
            _buttons.Press(index, pressed: false);
        else
            connection.Ended += () => _buttons.Press(index, pressed: false);
        connection.Ok();
    }

    public void Dispose()
    {
        _views.Clear();
        Drop();
    }
}
