using FbHost.Loop;
using FbHost.Options;
using GpioButtons;
using Mmm;

namespace FbHost;

/// <summary>
/// Reads the configuration file anew while the host runs, and applies what can be changed. A file with a fault changes nothing. The file is
/// read by the worker; settings are applied on the loop's thread.
/// </summary>
/// <param name="options">The options by which the host was started.</param>
/// <param name="worker">Reads the file.</param>
internal sealed class ConfigReload(ServeOptions options, Worker worker)
{
    private static readonly string[] Groups = ["display", "input", "audio"]; // whose keys are compared one by one
    private readonly List<(string[] Keys, Action<ServeOptions, Action<IReadOnlyList<string>>> Apply)> _settings = [];
    private readonly JsonValue? _atStart = options.Configuration;
    private readonly HashSet<string> _failed = []; // keys that could not be applied, and are tried again
    private JsonValue? _current = options.Configuration;

    /// <summary>The file has no faults any more.</summary>
    public event Action? IsValid;

    /// <summary>What a reload did.</summary>
    /// <param name="Faults">Why nothing was changed, or what could not be applied; each one line.</param>
    /// <param name="Applied">The keys whose new values are applied.</param>
    /// <param name="NextStart">The keys whose new values are applied at the next start of the host.</param>
    /// <param name="Overridden">The keys that were changed, but that the command line overrides.</param>
    internal sealed record Result(
        IReadOnlyList<string> Faults, IReadOnlyList<string> Applied, IReadOnlyList<string> NextStart, IReadOnlyList<string> Overridden);

    /// <summary>Adds a setting that can be changed while the host runs.</summary>
    /// <param name="keys">Its keys, as in <c>input.rules</c>.</param>
    /// <param name="apply">Called with the new options if the value of one of the keys has changed.</param>
    public void Add(string[] keys, Action<ServeOptions> apply) => _settings.Add((keys, (changed, done) =>
    {
        try
        {
            apply(changed);
            done([]);
        }
        catch (Exception e) when (e is MmmException or GpioLineException)
        {
            done([e.Message]);
        }
    }));

    /// <summary>Adds a setting that is applied in the background.</summary>
    /// <param name="keys">Its keys.</param>
    /// <param name="apply">Called with the new options if the value of one of the keys has changed, and with what takes the result: what
    /// could not be applied, each one line.</param>
    public void AddSlow(string[] keys, Action<ServeOptions, Action<IReadOnlyList<string>>> apply) => _settings.Add((keys, apply));

    /// <summary>Begins to read the file.</summary>
    /// <param name="done">Called with the result, perhaps at once.</param>
    public void Begin(Action<Result> done)
    {
        if (options.Reread is not { } read)
            done(Failure("the host has no configuration file; start it with --config FILE"));
        else if (!worker.Run(() => Read(read), Use))
            done(Failure(Worker.Busy));

        void Use((ServeOptions? Options, IReadOnlyList<string> Faults) read)
        {
            if (read.Options is { } changed)
                Apply(changed, done);
            else
                done(Failure(read.Faults));
        }
    }

    private static Result Failure(params IReadOnlyList<string> faults) => new(faults, [], [], []);

    // Runs on the worker's thread. At the start, a program, picture or sound that is missing is an error, so it is one here.
    private static (ServeOptions? Options, IReadOnlyList<string> Faults) Read(Func<ServeOptions> read)
    {
        try
        {
            var changed = read();
            List<string> missing = [];
            foreach (var app in changed.Apps)
                Add($"app {app.Name}: {app.Command[0]}", Places.Program(app.Command[0]));
            if (changed.Splash is { } splash)
                Add($"display.splash: {splash}", Places.File(splash));
            if (changed.Sound.Click is { } click)
                Add("audio.click", Places.Wav(click));
            return missing.Count == 0 ? (changed, []) : (null, missing);

            void Add(string what, string? fault)
            {
                if (fault is not null)
                    missing.Add($"{changed.ConfigFile}: {what}: {fault}");
            }
        }
        catch (MmmException e)
        {
            return (null, FaultLine.AllOf(e));
        }
    }

    private void Apply(ServeOptions changed, Action<Result> done)
    {
        IsValid?.Invoke();
        var root = changed.Configuration!;
        string[] differing = [.. Differing(_current!, root).Union(_failed)];
        _failed.Clear();
        _current = root;
        List<string> faults = [], applied = [];
        var left = 1; // settings that are still being applied, and this method
        foreach (var (keys, apply) in _settings)
        {
            string[] its = [.. keys.Intersect(differing).Except(options.Overridden)];
            if (its.Length == 0)
                continue;
            left++;
            apply(changed, found =>
            {
                if (found.Count == 0)
                    applied.AddRange(its);
                else
                    _failed.UnionWith(its);
                faults.AddRange(found.Select(fault => $"{string.Join(", ", its)}: {fault}"));
                End();
            });
        }
        End();

        void End()
        {
            if (--left > 0)
                return;
            var changeable = _settings.SelectMany(s => s.Keys).ToHashSet();
            done(new Result(faults, applied,
                [.. Differing(_atStart!, root).Except(changeable).Except(options.Overridden)],
                [.. differing.Intersect(options.Overridden)]));
        }
    }

    // The keys whose values differ: those of the groups, and the other ones of the outermost object.
    private static IEnumerable<string> Differing(JsonValue a, JsonValue b)
    {
        foreach (var key in KeysOf(a, b).Where(k => k != "$schema"))
        {
            var (before, after) = (a.Member(key), b.Member(key));
            if (!Groups.Contains(key))
            {
                if (!JsonValue.Equal(before, after))
                    yield return key;
                continue;
            }
            foreach (var inner in KeysOf(before, after).Where(k => !JsonValue.Equal(before?.Member(k), after?.Member(k))))
                yield return $"{key}.{inner}";
        }
    }

    private static IEnumerable<string> KeysOf(JsonValue? a, JsonValue? b) =>
        (a?.Members ?? []).Concat(b?.Members ?? []).Select(m => m.Key).Distinct();
}
