using System.Globalization;
using System.IO.Enumeration;

namespace InputEvdev;

/// <summary>The properties by which rules identify a device.</summary>
/// <param name="Name">The name that the device reports.</param>
/// <param name="Vendor">USB or PCI vendor id, 0 to 0xffff; 0 if there is none.</param>
/// <param name="Product">The vendor's id of the product.</param>
/// <param name="Path">The path of the device node.</param>
public readonly record struct DeviceIdentity(string Name, int Vendor, int Product, string Path);

/// <summary>Vendor and product id of a device.</summary>
public readonly record struct DeviceId(int Vendor, int Product)
{
    /// <summary>Parses two hexadecimal numbers as lsusb prints them: "0eef:0001".</summary>
    public static bool TryParse(string text, out DeviceId id)
    {
        id = default;
        if (text.Split(':') is not [{ Length: >= 1 and <= 4 } left, { Length: >= 1 and <= 4 } right]
            || !int.TryParse(left, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var vendor)
            || !int.TryParse(right, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var product)) return false;
        id = new DeviceId(vendor, product);
        return true;
    }
}

/// <summary>Settings for the devices that meet every condition given here.</summary>
/// <param name="Name">A name pattern with * and ?, in which case does not matter; null matches any name.</param>
/// <param name="Id">Vendor and product; null matches any device.</param>
/// <param name="Path">A path pattern with * and ?; null matches any path.</param>
/// <param name="Settings">The settings of the matching devices.</param>
public sealed record DeviceRule(string? Name, DeviceId? Id, string? Path, DeviceSettings Settings)
{
    /// <summary>Whether the rule applies to the device.</summary>
    public bool Matches(in DeviceIdentity device) =>
        (Name is null || FileSystemName.MatchesSimpleExpression(Name, device.Name, ignoreCase: true))
        && (Id is not { } id || id == new DeviceId(device.Vendor, device.Product))
        && (Path is null || FileSystemName.MatchesSimpleExpression(Path, device.Path, ignoreCase: false));
}

/// <summary>The settings of all devices.</summary>
/// <param name="Touch">The settings of every touch screen.</param>
/// <param name="Mouse">The settings of every mouse and touchpad.</param>
/// <param name="Rules">
/// Rules for single devices, which override the settings above. If two rules set the same setting, the later rule wins.
/// </param>
public sealed record DeviceRules(DeviceSettings Touch, DeviceSettings Mouse, IReadOnlyList<DeviceRule> Rules)
{
    /// <summary>No settings and no rules.</summary>
    public static DeviceRules None { get; } = new(new DeviceSettings(), new DeviceSettings(), []);

    /// <summary>Returns the settings that the rules give a device.</summary>
    public DeviceSettings Of(in DeviceIdentity device)
    {
        var settings = new DeviceSettings();
        foreach (var rule in Rules)
            if (rule.Matches(device)) settings = rule.Settings.Over(settings);
        return settings;
    }

    /// <summary>Completes a device's settings with those of its kind of pointer, once that kind is known.</summary>
    internal DeviceSettings Over(DeviceSettings settings, PointerKind pointer) => pointer switch
    {
        PointerKind.Touch => settings.Over(Touch),
        PointerKind.Mouse or PointerKind.Touchpad => settings.Over(Mouse),
        _ => settings,
    };
}
