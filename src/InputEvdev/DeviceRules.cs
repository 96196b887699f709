using System.Globalization;
using System.IO.Enumeration;

namespace InputEvdev;

/// <summary>By what a device is known.</summary>
/// <param name="Name">What it calls itself.</param>
/// <param name="Vendor">USB or PCI vendor, 0 to 0xffff; 0 where there is none.</param>
/// <param name="Product">The vendor's number of the product.</param>
/// <param name="Path">Its node.</param>
public readonly record struct DeviceIdentity(string Name, int Vendor, int Product, string Path);

/// <summary>Vendor and product of a device.</summary>
public readonly record struct DeviceId(int Vendor, int Product)
{
    /// <summary>Reads hexadecimal digits as lsusb prints them: "0eef:0001".</summary>
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

/// <summary>Settings for some devices: those that have all that is given here.</summary>
/// <param name="Name">A name with * and ?, in capitals or not; null: any.</param>
/// <param name="Id">Vendor and product; null: any.</param>
/// <param name="Path">A path with * and ?; null: any.</param>
/// <param name="Settings">What is said of them.</param>
public sealed record DeviceRule(string? Name, DeviceId? Id, string? Path, DeviceSettings Settings)
{
    /// <summary>Whether it speaks of that device.</summary>
    public bool Matches(in DeviceIdentity device) =>
        (Name is null || FileSystemName.MatchesSimpleExpression(Name, device.Name, ignoreCase: true))
        && (Id is not { } id || id == new DeviceId(device.Vendor, device.Product))
        && (Path is null || FileSystemName.MatchesSimpleExpression(Path, device.Path, ignoreCase: false));
}

/// <summary>What is said of all devices.</summary>
/// <param name="Touch">Of every touch screen.</param>
/// <param name="Mouse">Of every mouse and touchpad.</param>
/// <param name="Rules">Of single devices, over what is said of all. A later rule wins over an earlier one, setting by setting.</param>
public sealed record DeviceRules(DeviceSettings Touch, DeviceSettings Mouse, IReadOnlyList<DeviceRule> Rules)
{
    /// <summary>Nothing is said.</summary>
    public static DeviceRules None { get; } = new(new DeviceSettings(), new DeviceSettings(), []);

    /// <summary>What the rules say of a device.</summary>
    public DeviceSettings Of(in DeviceIdentity device)
    {
        var settings = new DeviceSettings();
        foreach (var rule in Rules)
            if (rule.Matches(device)) settings = rule.Settings.Over(settings);
        return settings;
    }

    /// <summary>What is said of a device's pointer, once it is known what it is.</summary>
    internal DeviceSettings Over(DeviceSettings settings, PointerKind pointer) => pointer switch
    {
        PointerKind.Touch => settings.Over(Touch),
        PointerKind.Mouse or PointerKind.Touchpad => settings.Over(Mouse),
        _ => settings,
    };
}
