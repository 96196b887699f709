using static InputEvdev.LinuxInput;

namespace InputEvdev;

/// <summary>
/// What a device can do: the bit sets that EVIOCGBIT and EVIOCGPROP fill, the ranges of its axes, and its properties in udev's database.
/// </summary>
internal sealed class EvdevCapabilities
{
    public byte[] Keys { get; } = new byte[KEY_CNT / 8];
    public byte[] Relative { get; } = new byte[REL_CNT / 8];
    public byte[] Absolute { get; } = new byte[ABS_CNT / 8];
    public byte[] Properties { get; } = new byte[INPUT_PROP_CNT / 8];
    public input_absinfo[] Axes { get; } = new input_absinfo[ABS_CNT];
    public UdevProperties Udev { get; set; }

    public bool HasKey(int code) => Has(Keys, code);

    public bool HasAbsolute(int first, int second) => Has(Absolute, first) && Has(Absolute, second);

    public bool HasRelative(int first, int second) => Has(Relative, first) && Has(Relative, second);

    public bool HasProperty(int code) => Has(Properties, code);

    public static bool Has(byte[] bits, int code) => (bits[code / 8] >> code % 8 & 1) != 0;
}

/// <summary>
/// An absolute axis: its ends, both included, and its value when the device was opened. If an axis counts backwards, its minimum is
/// larger than its maximum.
/// </summary>
internal readonly record struct Axis(int Minimum, int Maximum, int Value)
{
    public Axis(in input_absinfo info) : this(info.minimum, info.maximum, info.value) { }

    public bool IsUsable => Minimum != Maximum;

    /// <summary>Returns where a value lies between the ends, 0 to 1. A value beyond an end counts as that end.</summary>
    public double Fraction(int value) => Math.Clamp(Place(value), 0, 1);

    /// <summary>
    /// Returns where a value lies in relation to the ends, which are 0 and 1. A device may go beyond what it declares; its calibration then
    /// corrects that.
    /// </summary>
    public double Place(int value) => (value - (double)Minimum) / ((double)Maximum - Minimum);
}
