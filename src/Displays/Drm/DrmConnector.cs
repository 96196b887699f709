using static Displays.LinuxDrm;

namespace Displays;

/// <summary>A connector of a KMS device (a socket or a panel) in its state when it was probed.</summary>
/// <param name="Id">The kernel's number.</param>
/// <param name="Name">The name as in /sys/class/drm: HDMI-A-1, DSI-1, Virtual-1.</param>
/// <param name="Status">Whether a monitor or panel is connected: a value of drm_connector_status.</param>
/// <param name="Encoder">The encoder in use; 0 if there is none.</param>
/// <param name="Encoders">The encoders that the connector can use.</param>
/// <param name="Modes">The modes that the monitor supports.</param>
internal sealed record DrmConnector(uint Id, string Name, uint Status, uint Encoder, uint[] Encoders, drm_mode_modeinfo[] Modes)
{
    /// <summary>
    /// True if the driver has lowered the quality of the link, so that the mode must be set again ("link-status" is Bad).
    /// </summary>
    public bool IsLinkBad { get; init; }

    /// <summary>
    /// How the panel is mounted, degrees clockwise, by the property "panel orientation"; null if the driver does not say it.
    /// </summary>
    public int? Mounting { get; init; }

    /// <summary>The monitor's description of itself (EDID), which tells two monitors apart; empty if it is not known.</summary>
    public byte[] Edid { get; init; } = [];

    /// <summary>
    /// True if a monitor or panel is surely connected. Analog outputs often cannot tell (unknown): they are used by name, or if nothing
    /// else
    /// is connected.
    /// </summary>
    public bool IsConnected => Status == Connected;

    /// <summary>True if surely nothing is connected.</summary>
    public bool IsUnplugged => Status == Disconnected;

    // From drm_connector_enum_list in the kernel's drm_connector.c, indexed by DRM_MODE_CONNECTOR_*.
    private static readonly string[] TypeNames =
    [
        "Unknown", "VGA", "DVI-I", "DVI-D", "DVI-A", "Composite", "SVIDEO",
        "LVDS", "Component", "DIN", "DP", "HDMI-A", "HDMI-B", "TV", "eDP",
        "Virtual", "DSI", "DPI", "Writeback", "SPI", "USB",
    ];

    public static string NameOf(uint type, uint number) => $"{TypeNames[type < TypeNames.Length ? type : 0]}-{number}";

    /// <summary>The name and state, for people.</summary>
    public string Description => IsConnected ? Name : IsUnplugged ? $"{Name} (nothing connected)" : $"{Name} (unknown)";

    /// <summary>
    /// Returns the connector to use: the one of that name, else the first with a monitor, else the first that may have one. Null if there
    /// is
    /// none.
    /// </summary>
    /// <param name="all">The connectors of a card.</param>
    /// <param name="name">The name; empty for any.</param>
    public static DrmConnector? Choose(IReadOnlyList<DrmConnector> all, string name) => name.Length > 0
        ? all.FirstOrDefault(c => c.Name == name && !c.IsUnplugged)
        : all.FirstOrDefault(c => c.IsConnected && c.Modes.Length > 0)
            ?? all.FirstOrDefault(c => !c.IsConnected && !c.IsUnplugged && c.Modes.Length > 0);

    /// <summary>
    /// Returns degrees clockwise for the name of a value of "panel orientation" (drm_get_panel_orientation in the kernel): which side of
    /// the panel is up.
    /// </summary>
    public static int? MountingOf(string orientation) => orientation switch
    {
        "Normal" => 0,
        "Right Side Up" => 90,
        "Upside Down" => 180,
        "Left Side Up" => 270,
        _ => null,
    };

    /// <summary>The names of the modes for people, each name once.</summary>
    public string ModeNames => string.Join(", ", Modes.Select(m => DrmMode.Name(m)).Distinct());
}
