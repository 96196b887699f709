using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mmm.Testing;

namespace Docs.Tests;

/// <summary>The C# examples of the documents: taken from the text itself, compiled, and run as processes on a host.</summary>
public sealed partial class ExampleTests
{
    private const string Usings = "global using System; global using System.Collections.Generic; global using System.IO; "
        + "global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";

    // Allows the lines "#:package" of an app that is one file.
    private static readonly CSharpParseOptions FileBased =
        CSharpParseOptions.Default.WithFeatures([KeyValuePair.Create("FileBasedProgram", "true")]);

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block { get; }

    public static TheoryData<string, int> Examples
    {
        get
        {
            TheoryData<string, int> all = [];
            foreach (var file in Repository.Markdown)
            {
                for (var i = 0; i < Block.Count(Repository.Read(file)); i++)
                    all.Add(file, i + 1);
            }
            return all;
        }
    }

    [Fact]
    public void There_are_examples() => Assert.True(Examples.Count > 8);

    [Theory, MemberData(nameof(Examples))]
    public void It_compiles_and_runs(string file, int number)
    {
        var code = Block.Matches(Repository.Read(file))[number - 1].Groups[1].Value;
        var isTest = code.Contains("[Fact]", StringComparison.Ordinal);
        if (!isTest && !code.Contains("MmmClient.Open(", StringComparison.Ordinal))
            code = $"using Mmm;\nusing var client = MmmClient.Open(\"Title\");\n{code}";
        var program = Path.Combine(AppContext.BaseDirectory, $"Example-{Guid.NewGuid():N}.dll"); // beside what it needs
        try
        {
            Compile(code, program, isTest ? OutputKind.DynamicallyLinkedLibrary : OutputKind.ConsoleApplication);
            if (!isTest)
                Run(program, presents: code.Contains(".Present()", StringComparison.Ordinal),
                    waits: code.Contains("foreach", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(program);
        }
    }

    private static void Compile(string code, string path, OutputKind kind)
    {
        var trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(Path.GetFileNameWithoutExtension(path),
            [CSharpSyntaxTree.ParseText(code, FileBased), CSharpSyntaxTree.ParseText(Usings, FileBased)],
            trusted.Select(assembly => MetadataReference.CreateFromFile(assembly)),
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        Assert.Empty(compilation.Emit(path).Diagnostics.Where(d => d.Severity is DiagnosticSeverity.Error or DiagnosticSeverity.Warning));
    }

    private static void Run(string program, bool presents, bool waits)
    {
        using var host = new TestHost(new TestHostOptions { Patience = TimeSpan.FromSeconds(60) });
        var tests = Path.ChangeExtension(typeof(ExampleTests).Assembly.Location, null);
        var start = new ProcessStartInfo("dotnet",
            ["exec", "--depsfile", $"{tests}.deps.json", "--runtimeconfig", $"{tests}.runtimeconfig.json", program])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["MMM_PATH"] = host.Directory },
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            Assert.True(SpinWait.SpinUntil(() => host.Clients.Count > 0 || process.HasExited, 60_000), "it did not connect");
            Assert.False(process.HasExited, process.HasExited ? error.Result : "");
            var client = host.WaitForClient();
            if (presents)
                client.WaitForFrame();
            client.Tap(10, 10);
            if (waits)
                Repository.Lines("kill", "-TERM", $"{process.Id}");
            Assert.True(process.WaitForExit(60_000), "it did not end");
            Assert.Equal("", error.Result);
            Assert.Equal(0, process.ExitCode);
            _ = output.Result;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
