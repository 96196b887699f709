using FbHost.Options;
using Mmm;
using View;

try
{
    return Options.Parse(args) switch
    {
        null => 0,
        { SetsPassword: true } options => View.Security.PasswordPrompt.Run(options),
        var options => Serve(options),
    };
}
catch (Exception e) when (e is MmmException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"mmm-view: {e.Message.ReplaceLineEndings(" ")}");
    return 1;
}

static int Serve(Options options)
{
    using var server = new Server(options);
    return server.Run();
}
