using FbHost.Apps;
using FbHost.Audio;
using FbHost.Clients;
using FbHost.Input;
using FbHost.Loop;
using FbHost.Screens;
using InputEvdev;
using Mmm;

namespace FbHost;

internal sealed partial class Appliance
{
    // The settings that mmmctl reload changes; docs/control.md lists them.
    private ConfigReload MakeReload(Worker worker, ClientTable clients, AppLauncher apps, Backdrop backdrop, Rotation rotation,
        Action guardApps)
    {
        var reload = new ConfigReload(options, worker);
        reload.Add(["display.rotate", "display.mirror"], rotation.Apply);
        reload.Add(["help"], o => backdrop.SetHelp(o.Help));
        reload.IsValid += () =>
        {
            _faults.RemoveRange(0, options.Faults.Count);
            options.Faults = [];
            backdrop.SetFaults(_faults);
        };
        reload.Add(["display.splash"], o => Load(worker, () => o.Splash is { } file ? Backdrop.ReadFile(file) : null,
            png => backdrop.SetSplash(o.Splash, png)));
        reload.Add(["messages"], o => clients.Messages.Allowed = o.AllowedMessages);
        reload.Add(["focus"], o => clients.Stack.FocusFollowsPress = o.FocusFollowsPress);
        reload.Add(["apps", "front"], o =>
        {
            (options.Apps, options.Front) = (o.Apps, o.Front);
            apps.Change(o.Apps);
            guardApps();
            FindApps(clients, apps);
            _schedules!.Set(options);
        });
        return reload;
    }

    // Reads a file on the worker's thread, then uses its content on the loop's.
    private void Load<T>(Worker worker, Func<T?> read, Action<T?> use) where T : class
    {
        var isQueued = worker.Run<object?>(() =>
        {
            try
            {
                return read();
            }
            catch (MmmException e)
            {
                return e;
            }
        }, result =>
        {
            try
            {
                if (result is MmmException fault)
                    throw fault;
                use((T?)result);
            }
            catch (MmmException e)
            {
                _log.Warn(e.Message);
            }
        });
        if (!isQueued)
            throw new MmmException(Worker.Busy);
    }

    private void ReloadSound(ConfigReload reload, Worker worker, SoundOutput output, KeyClick click)
    {
        reload.Add(["audio.volume"], o => output.SetVolume(o.Sound.Volume));
        reload.Add(["audio.limiter"], o => output.SetLimiter(o.Sound.Limits));
        reload.Add(["audio.click"], o => Load(worker, () => KeyClick.Open(o.Sound), click.Set));
        reload.Add(["audio.clickVolume"], o => click.SetVolume(o.Sound.ClickVolume));
    }

    private void ReloadInput(
        ConfigReload reload, InputDevices input, Keyboards keyboards, HostKeys hostKeys, InputRouter router, Buttons buttons)
    {
        reload.Add(["input.keys"], o => hostKeys.Options = o.HostKeys);
        reload.Add(["input.powerKey"], o =>
        {
            if (!options.Display.IsWindow)
                hostKeys.Own = PowerKey(o);
        });
        reload.Add(["display.cursor"], o => router.ShowsCursor = o.Cursor);
        reload.Add(["buttons"], o => buttons.Set(o.Buttons));
        // Scanners have a keymap of their own, so all devices are opened anew for another keymap, too.
        reload.Add(["input.keyboard", "input.touch", "input.mouse", "input.rules"],
            o => input.Reopen(o.DeviceRules, () => keyboards.Change(options.Keyboard = o.Keyboard)));
    }
}
