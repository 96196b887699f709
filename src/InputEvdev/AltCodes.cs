using System.Globalization;
using System.Text;

namespace InputEvdev;

/// <summary>Characters that are typed as Alt and the digits of their code, as in Windows.</summary>
internal static class AltCodes
{
    // Code page 437 from 128 on, and Windows-1252 from 128 to 159; the latter is Latin-1 (Unicode) from 160 on.
    private const string Pc = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖"
        + "╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
    private const string Windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

    /// <summary>
    /// Returns the character of some digits: with a leading 0 by Windows-1252, else by code page 437; from 256 on by Unicode. Null if there
    /// is none.
    /// </summary>
    public static Rune? Decode(string digits)
    {
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code == 0) return null;
        if (code is >= 128 and < 256 && digits[0] != '0') return new Rune(Pc[code - 128]);
        if (code is >= 128 and < 160) return new Rune(Windows[code - 128]);
        return Rune.IsValid(code) ? new Rune(code) : null;
    }
}
