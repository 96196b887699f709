using static Displays.LinuxDrm;

namespace Displays;

/// <summary>A socket or panel of a KMS device, as it was when it was looked at.</summary>
/// <param name="Id">The kernel's number.</param>
/// <param name="Name">HDMI-A-1, DSI-1, Virtual-1: as in /sys/class/drm.</param>
/// <param name="IsConnected">A monitor or panel is there.</param>
/// <param name="Encoder">The encoder in use, 0: none.</param>
/// <param name="Encoders">Those it can use.</param>
/// <param name="Modes">What the monitor can show.</param>
internal sealed record DrmConnector(uint Id, string Name, bool IsConnected, uint Encoder, uint[] Encoders, drm_mode_modeinfo[] Modes)
{
    // drm_connector_enum_list of the kernel's drm_connector.c, by DRM_MODE_CONNECTOR_*
    private static readonly string[] TypeNames =
    [
        "Unknown", "VGA", "DVI-I", "DVI-D", "DVI-A", "Composite", "SVIDEO",
        "LVDS", "Component", "DIN", "DP", "HDMI-A", "HDMI-B", "TV", "eDP",
        "Virtual", "DSI", "DPI", "Writeback", "SPI", "USB",
    ];

    public static string NameOf(uint type, uint number) => $"{TypeNames[type < TypeNames.Length ? type : 0]}-{number}";

    /// <summary>Its modes' names, each once, for people.</summary>
    public string ModeNames => string.Join(", ", Modes.Select(m => DrmMode.Name(m)).Distinct());
}
