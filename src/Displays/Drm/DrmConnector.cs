using static Displays.LinuxDrm;

namespace Displays;

/// <summary>A connector of a KMS device (a socket or a panel) in its state when it was probed.</summary>
/// <param name="Id">The kernel's number.</param>
/// <param name="Name">The name as in /sys/class/drm: HDMI-A-1, DSI-1, Virtual-1.</param>
/// <param name="IsConnected">True if a monitor or panel is connected.</param>
/// <param name="Encoder">The encoder in use; 0 if there is none.</param>
/// <param name="Encoders">The encoders that the connector can use.</param>
/// <param name="Modes">The modes that the monitor supports.</param>
internal sealed record DrmConnector(uint Id, string Name, bool IsConnected, uint Encoder, uint[] Encoders, drm_mode_modeinfo[] Modes)
{
    // From drm_connector_enum_list in the kernel's drm_connector.c, indexed by DRM_MODE_CONNECTOR_*.
    private static readonly string[] TypeNames =
    [
        "Unknown", "VGA", "DVI-I", "DVI-D", "DVI-A", "Composite", "SVIDEO",
        "LVDS", "Component", "DIN", "DP", "HDMI-A", "HDMI-B", "TV", "eDP",
        "Virtual", "DSI", "DPI", "Writeback", "SPI", "USB",
    ];

    public static string NameOf(uint type, uint number) => $"{TypeNames[type < TypeNames.Length ? type : 0]}-{number}";

    /// <summary>The names of the modes for people, each name once.</summary>
    public string ModeNames => string.Join(", ", Modes.Select(m => DrmMode.Name(m)).Distinct());
}
