using FbHost.Screens;

namespace FbHost.Tests.Screens;

/// <summary>The page about what does not work.</summary>
public class FaultPageTests
{
    [Theory]
    [InlineData("é ¿ ł ø å ÄÖÜß ñ ç ő ž")]
    [InlineData("Помощь: Жщёъ Їґ Ўў")]
    [InlineData("Βοήθεια: Ωϋ")]
    public void Both_fonts_have_the_letters_of_Europe(string letters) => Assert.All(letters,
        c => Assert.False(BitmapFont.Small.Rows(c).IsEmpty || BitmapFont.Large.Rows(c).IsEmpty, $"{c}"));

    [Theory]
    [InlineData(128, 64)]
    [InlineData(320, 240)]
    [InlineData(800, 480)]
    [InlineData(1080, 1920)]
    public void It_fits_in_black_and_white(int width, int height)
    {
        string[] faults = ["The app \"door\" keeps failing: it ended with code 3.\n"
            + "Since 20:27 on 27 September 2026. The system keeps restarting it."];
        var page = FaultPage.Draw(width, height, faults, "Help: 555 1234");
        Assert.All(page, p => Assert.True(p is 0xFF000000 or 0xFFFFFFFF, $"{p:x}"));
        var last = FaultPage.Draw(width, height, faults, "Help: 555 1235");
        Assert.NotEqual(page, last); // so its last character is seen
        var rows = Enumerable.Range(0, height).Count(y => page.AsSpan(y * width, width).Contains(0xFFFFFFFF));
        Assert.True(rows > height / 12, $"{rows} rows"); // large enough to be read
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 500)]
    [InlineData(500, 3)]
    public void Any_screen_and_any_text_has_a_page(int width, int height) =>
        Assert.Equal(width * height, FaultPage.Draw(width, height, ["a\n\n\t漢😀", new string('x', 5000), ""], "\n").Length);
}
