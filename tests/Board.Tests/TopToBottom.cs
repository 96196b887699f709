using Xunit.Sdk;
using Xunit.v3;

namespace Board.Tests;

/// <summary>Runs a class's tests in the order in which they are written: they share one board.</summary>
public sealed class TopToBottom : ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(test => test.SourceLineNumber ?? int.MaxValue)];
}
