using System.Text.Json;
using FbHost.Apps;
using FbHost.Figures;
using FbHost.Loop;

namespace FbHost.Control;

/// <summary>How one app is, for the request <c>health</c>.</summary>
/// <param name="App">The app.</param>
/// <param name="State">Its state, one word.</param>
/// <param name="IsHealthy">False if a person should look at it.</param>
/// <param name="Pid">Its process; 0 if there is none.</param>
/// <param name="Used">What its processes use; null if that is not known.</param>
internal readonly record struct AppHealth(App App, string State, bool IsHealthy, int Pid, ProcessFigures? Used)
{
    /// <summary>How many clients it has.</summary>
    public int Clients { get; init; }

    /// <summary>How many frames of the app were shown since the host started, by all its processes.</summary>
    public long Frames { get; init; }

    /// <summary>The time in ns at which the newest one was taken; 0 before the first.</summary>
    public long LastFrameNs { get; init; }

    /// <summary>How many events are in its rings that it has not read.</summary>
    public int EventsQueued { get; init; }

    /// <summary>How many wait in the host, because the rings are full.</summary>
    public int EventsHeld { get; init; }

    /// <summary>What is wrong, and what to look at; one line.</summary>
    public string Problem
    {
        get
        {
            if (App.LaunchFault is { } fault)
                return fault;
            var (ends, look) = (App.EndsLastHour, State == "stopped" ? $"kill -CONT {Pid} continues it" : $"see mmmctl logs {App.Name}");
            var last = App.LastExit is { } exit && ends > 0
                ? $"; it ended {(ends == 1 ? "once" : $"{ends} times")} within the last hour, the last time with {exit}" : "";
            return $"app {App.Name} is {State}{last}; {look}";
        }
    }

    public void Write(Utf8JsonWriter w)
    {
        w.WriteStartObject();
        w.WriteString("app", App.Name);
        w.WriteString("state", State);
        w.WriteBoolean("healthy", IsHealthy);
        if (Pid > 0)
            w.WriteNumber("pid", Pid);
        w.WriteNumber("clients", Clients);
        w.WriteNumber("frames", Frames);
        if (LastFrameNs > 0)
            w.WriteNumber("lastFrameSeconds", HealthReport.Rounded((EventLoop.Now - LastFrameNs) / 1e9));
        w.WriteNumber("eventsQueued", EventsQueued);
        w.WriteNumber("eventsHeld", EventsHeld);
        w.WriteNumber("restarts", App.Restarts);
        w.WriteNumber("endsLastHour", App.EndsLastHour);
        if (App.LastExit is { } exit)
            w.WriteString("lastExit", exit);
        if (App.LaunchFault is { } fault)
            w.WriteString("fault", fault);
        if (Used is { } used)
        {
            w.WriteNumber("processes", used.Processes);
            w.WriteNumber("memoryBytes", used.MemoryBytes);
            w.WriteNumber("cpuSeconds", HealthReport.Rounded(used.CpuSeconds));
            w.WriteNumber("uptimeSeconds", HealthReport.Rounded(used.UptimeSeconds));
        }
        w.WriteEndObject();
    }
}
