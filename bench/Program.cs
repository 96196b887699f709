using Bench;
using BenchmarkDotNet.Running;

// bench/run prints the table of the whole process, and bench/run input only its last rows. bench/run micro runs BenchmarkDotNet on the hot
// paths of the library.
if (args is ["host", var host, var hello])
    return HostTable.Print(host, hello) + InputTable.Print(host);
if (args is ["client", var shown, var csharp, var c])
    return ClientTable.Print(shown, csharp, c);
if (args is ["restart", var supervisor, var app])
    return RestartTable.Print(supervisor, app);
if (args is ["input", var only])
    return InputTable.Print(only);
if (args is ["view", var served, var view, var clock])
    return ViewTable.Print(served, view, clock);
if (args is ["micro", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(HostTable).Assembly).Run(args[1..]);
    return 0;
}
Console.Error.WriteLine("usage: Bench host PATH-OF-MMM PATH-OF-HELLO | Bench input PATH-OF-MMM | "
    + "Bench client PATH-OF-MMM PATH-OF-HELLO PATH-OF-C-CLIENT | Bench restart PATH-OF-MMM PATH-OF-HELLO | "
    + "Bench view PATH-OF-MMM PATH-OF-MMM-VIEW PATH-OF-CLOCK | Bench micro [BenchmarkDotNet options]");
return 2;
