namespace FbHost.Tests;

public class BadInputTests
{
    internal static void AssertOneLine(Child program, params string[] parts)
    {
        var code = program.WaitForEnd();
        Assert.NotEqual(0, code);
        Assert.True(program.Errors.Length == 1, string.Join(" | ", program.Errors));
        Assert.StartsWith("mmm: ", program.Errors[0]);
        Assert.All(parts, p => Assert.Contains(p, program.Errors[0]));
        Assert.DoesNotContain("unexpected", program.Errors[0]);
    }
}
