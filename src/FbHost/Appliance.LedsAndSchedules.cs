using FbHost.Apps;
using FbHost.Clients;
using FbHost.Leds;
using FbHost.Loop;
using FbHost.Screens;
using Mmm;

namespace FbHost;

internal sealed partial class Appliance
{
    private Schedules? _schedules;

    // The app that is in front now. The default of the configuration is the first app.
    private string? FrontApp => _schedules?.App ?? options.Front;

    // The app on top of the screen, or the one that is to be there.
    private App? AppInFront(ClientTable clients, AppLauncher apps)
    {
        var name = clients.Stack.Order is [.., { App: { } shown }] ? shown.Name : FrontApp;
        return name is null ? apps.All.FirstOrDefault() : apps.AppNamed(name);
    }

    private LedSet MakeLeds(Worker worker, ClientTable clients)
    {
        var leds = Own(new LedSet(_loop, worker, _log));
        clients.Messages.LedAsked += (name, text) =>
        {
            if (LedState.TryParse(text, out var state))
                leds.Set(name, state);
        };
        foreach (var fault in leds.Open(options.Leds))
        {
            if (!options.RunsWithFaults)
                throw new MmmException(fault);
            NoteFault(fault);
        }
        return leds;
    }

    private Schedules MakeSchedules(Worker worker, Blanker blanker, PanelLight light, ClientTable clients, AppLauncher apps)
    {
        _schedules = Own(new Schedules(_loop, worker, blanker, light, options));
        _schedules.AppChanged += () =>
        {
            FindApps(clients, apps);
            if ((FrontApp ?? options.Apps.FirstOrDefault()?.Name) is not { } front)
                return;
            foreach (var session in clients.Stack.Order.Where(s => s.App?.Name == front).ToList())
                clients.Stack.Restack(session, toTop: true);
        };
        return _schedules;
    }

    private void ReloadLedsAndSchedules(ConfigReload reload, LedSet leds, Schedules schedules)
    {
        reload.AddSlow(["leds"], (o, done) => leds.Change(o.Leds, done));
        reload.Add(["display.blankAfter"], o => schedules.SetBlankAfter(o.BlankAfter));
        reload.Add(["display.schedule"], o =>
        {
            options.Schedule = o.Schedule;
            schedules.Set(options);
        });
    }

    // Determines anew what the configuration says about the app of each client.
    private void FindApps(ClientTable clients, AppLauncher apps)
    {
        foreach (var session in clients.Serving)
        {
            if (session.App is { } known)
                session.App = ClientAppOf(apps.AppNamed(known.Name)) is { } app ? app with { IsNew = known.IsNew } : null;
        }
    }
}
