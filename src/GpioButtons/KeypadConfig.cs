namespace GpioButtons;

/// <summary>A line of a chip.</summary>
/// <param name="Number">Its number, 0 or more.</param>
/// <param name="Name">Its name, such as <c>GPIO17</c>, in place of the number; null if that applies.</param>
public readonly record struct GpioLine(int Number, string? Name = null);

/// <summary>A matrix keypad: each key connects a row with a column.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Chip">The N of <c>/dev/gpiochipN</c>, 0 or more.</param>
/// <param name="Rows">The lines of the rows, which are driven; 1 to <see cref="MostLines"/>.</param>
/// <param name="Columns">The lines of the columns, which are read; 1 to <see cref="MostLines"/>.</param>
/// <param name="Keys">The event texts of the keys, row by row; as many as there are rows and columns.</param>
public sealed record KeypadConfig(
    string Name, int Chip, IReadOnlyList<GpioLine> Rows, IReadOnlyList<GpioLine> Columns, IReadOnlyList<string> Keys)
{
    /// <summary>The most rows, and the most columns.</summary>
    public const int MostLines = 16;

    /// <summary>The label of the chip, in place of <see cref="Chip"/>; null if that applies.</summary>
    public string? ChipLabel { get; init; }

    /// <summary>True (usual): a row is driven low, and the columns have pull-ups. False: high, and pull-downs.</summary>
    public bool ActiveLow { get; init; } = true;

    /// <summary>The chip's resistors at the columns.</summary>
    public ButtonPull Pull { get; init; }

    /// <summary>Changes that are shorter are ignored, in milliseconds, 0..1000.</summary>
    public int DebounceMs { get; init; } = 10;

    /// <summary>Checks everything that can be checked without the chip.</summary>
    /// <returns>One line for people, or null if the configuration is valid.</returns>
    public string? Validate()
    {
        var what = $"keypad \"{Name}\"";
        if (Chip < 0 || Rows.Concat(Columns).Any(l => l.Number < 0))
            return $"{what}: chips and lines must be 0 or more";
        if (Rows.Count is 0 or > MostLines || Columns.Count is 0 or > MostLines)
            return $"{what}: {Rows.Count} rows and {Columns.Count} columns; there must be 1 to {MostLines} of each";
        if (Keys.Count != Rows.Count * Columns.Count)
            return $"{what}: {Keys.Count} keys; {Rows.Count} rows and {Columns.Count} columns have {Rows.Count * Columns.Count}";
        return DebounceMs is < 0 or > 1000 ? $"{what}: debounce of {DebounceMs} ms; must be 0 to 1000" : null;
    }
}
