using Xunit.Sdk;
using Xunit.v3;

namespace Board.Tests;

/// <summary>Runs a class's tests in the order in which they are written: they share one board.</summary>
public sealed class TopToBottom : ITestMethodOrderer
{
    public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(IReadOnlyCollection<TTestMethod?> testMethods)
        where TTestMethod : notnull, ITestMethod =>
        [.. testMethods.OrderBy(method => (method as IXunitTestMethod)?.FactAttributes.First().SourceLineNumber)];
}
