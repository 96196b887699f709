using System.Text.Json;
using FbHost.Apps;
using FbHost.Clients;
using FbHost.Options;
using Mmm.Protocol;

namespace FbHost.Control;

/// <summary>Carries out the actions of buttons. One that fails is a line in the log.</summary>
/// <param name="log">Takes the lines.</param>
/// <param name="clients">Receive messages.</param>
/// <param name="commands">Handles the commands of mmmctl.</param>
/// <param name="programs">Starts programs.</param>
/// <param name="saveScreenshot">Writes the picture to a file.</param>
internal sealed class ButtonActions(
    HostLog log, ClientTable clients, Commands commands, StartedPrograms programs, Action<string> saveScreenshot)
{
    // A failed request of a button has nobody to answer.
    private sealed class Requester(Action<string> fail) : IRequester
    {
        public void AnswerLater()
        {
        }

        public void Ok(Action<Utf8JsonWriter>? more = null)
        {
        }

        public void Fail(string error, Action<Utf8JsonWriter>? more = null) => fail(error);
    }

    /// <summary>Carries out an action that is neither a key nor an event.</summary>
    public void Act(ButtonEntry button, ButtonAction action)
    {
        switch (action)
        {
            case { Kind: ActionKind.Send, Words: [var app, var text] }:
                Send(button, app, text);
                break;
            case { Kind: ActionKind.Run, Words: var command }:
                programs.Start(command, fault => Fail(button, $"run {command[0]}: {fault}"));
                break;
            case { Words: ["screenshot", var file] }:
                saveScreenshot(file);
                break;
            case { Words: var words }:
                commands.Handle(new Requester(fault => Fail(button, $"mmmctl {string.Join(' ', words)}: {fault}")), words);
                break;
        }
    }

    private void Send(ButtonEntry button, string app, string text)
    {
        var its = clients.Serving.Where(c => app.Equals(c.App?.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        if (its.Count == 0)
            Fail(button, $"send {app}: the app is not running");
        foreach (var client in its)
        {
            if (!clients.Events.Push(client, EventText.Message(text)))
                Fail(button, $"send {app}: it does not read its events");
        }
    }

    // A button that repeats may fail many times.
    private void Fail(ButtonEntry button, string fault) => log.AboutClient($"button \"{button.Label}\": {fault}");
}
