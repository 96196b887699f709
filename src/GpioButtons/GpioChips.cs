namespace GpioButtons;

/// <summary>What the kernel says about a chip.</summary>
/// <param name="Number">The N of <c>/dev/gpiochipN</c>.</param>
/// <param name="Label">The label, such as <c>pinctrl-rp1</c>.</param>
/// <param name="LineNames">The name of each line, such as <c>GPIO17</c>; empty for a line without a name.</param>
internal sealed record ChipNames(int Number, string Label, IReadOnlyList<string> LineNames);

/// <summary>
/// The GPIO chips of this machine by their labels, and their lines by their names. Unlike numbers, these are the same for each board of a
/// kind and for each kernel.
/// </summary>
public static class GpioChips
{
    private const string Prefix = "gpiochip";
    private const int MostListed = 16;

    /// <summary>
    /// Returns whether there is a chip with a label; null if chips of this machine cannot be opened, so that it is not known.
    /// </summary>
    public static bool? HasLabel(string label)
    {
        IReadOnlyList<ChipNames> chips = Read(out GpioLineException? fault);
        return chips.Any(c => c.Label == label) ? true : fault is null ? false : null;
    }

    /// <summary>Returns a button with the numbers of the chip and line that it names.</summary>
    /// <exception cref="GpioLineException">There is no such chip or line, or it cannot be opened: one line for people.</exception>
    internal static ButtonConfig Find(ButtonConfig button)
    {
        if (button.ChipLabel is null && button.LineName is null)
            return button;
        (int chip, int line) = Find($"button \"{button.Event}\"", button.Chip, button.ChipLabel, button.Line, button.LineName);
        return button with { Chip = chip, Line = line };
    }

    /// <summary>The same among given chips.</summary>
    internal static ButtonConfig Find(ButtonConfig button, IReadOnlyList<ChipNames> chips)
    {
        (int chip, int line) = Find($"button \"{button.Event}\"", button.Chip, button.ChipLabel, button.Line, button.LineName, chips);
        return button with { Chip = chip, Line = line };
    }

    /// <summary>Returns the numbers of a chip and of a line that are given by numbers or by names.</summary>
    /// <param name="whose">What the line is for, with which a message begins.</param>
    /// <param name="chip">The number of the chip.</param>
    /// <param name="label">The chip's label in place of the number; null if that applies.</param>
    /// <param name="line">The number of the line.</param>
    /// <param name="name">The line's name in place of the number; null if that applies.</param>
    /// <exception cref="GpioLineException">There is no such chip or line, or it cannot be opened: one line for people.</exception>
    internal static (int Chip, int Line) Find(string whose, int chip, string? label, int line, string? name)
    {
        if (label is null && name is null)
            return (chip, line);
        IReadOnlyList<ChipNames> chips = Read(out GpioLineException? fault);
        try
        {
            return Find(whose, chip, label, line, name, chips);
        }
        catch (GpioLineException) when (fault is not null)
        {
            throw fault; // it may be on a chip that cannot be opened
        }
    }

    // If several chips have the label, the first of them that has the line.
    private static (int Chip, int Line) Find(
        string whose, int chip, string? label, int line, string? name, IReadOnlyList<ChipNames> chips)
    {
        ChipNames[] meant = [.. chips.Where(c => label is not null ? c.Label == label : c.Number == chip)];
        if (meant.Length == 0)
        {
            var wanted = label is not null ? $"no GPIO chip has the label \"{label}\"" : $"there is no /dev/{Prefix}{chip}";
            throw new GpioLineException($"{whose}: {wanted}; " + (chips.Count == 0 ? "this board has no GPIO chip"
                : $"this board has {Listed(chips.Select(c => $"\"{c.Label}\" ({Prefix}{c.Number})"))}"));
        }
        if (name is null)
            return (meant[0].Number, line);
        foreach (ChipNames one in meant)
        {
            for (var i = 0; i < one.LineNames.Count; i++)
            {
                if (one.LineNames[i] == name)
                    return (one.Number, i);
            }
        }
        string[] named = [.. meant.SelectMany(c => c.LineNames).Where(n => n.Length > 0)];
        throw new GpioLineException(
            $"{whose}: chip \"{meant[0].Label}\" has no line with the name \"{name}\"; "
            + (named.Length == 0 ? "its lines have no names, so give the line's number" : $"it has {Listed(named)}"));
    }

    private static string Listed(IEnumerable<string> all)
    {
        string[] first = [.. all.Take(MostListed + 1)];
        return string.Join(", ", first.Take(MostListed)) + (first.Length > MostListed ? ", …" : "");
    }

    private static List<ChipNames> Read(out GpioLineException? fault)
    {
        fault = null;
        List<ChipNames> found = [];
        foreach (var path in Directory.GetFiles("/dev", $"{Prefix}*"))
        {
            // A link to a chip has the chip's label under a second number.
            if (!int.TryParse(path.AsSpan("/dev/".Length + Prefix.Length), out var number) || new FileInfo(path).LinkTarget is not null)
                continue;
            try
            {
                using var chip = new GpioChip(path);
                found.Add(new ChipNames(number, chip.Label, chip.LineNames()));
            }
            catch (GpioLineException e)
            {
                fault ??= e;
            }
        }
        return [.. found.OrderBy(c => c.Number)];
    }
}
