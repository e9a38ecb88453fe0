using System.Text;
using CreditSystem.Cli;
using CreditSystem.Cli.Bootstrap;

namespace CreditSystem.Tests.Operations;

/// <summary>A command of the command line's image, run in the test's process with an environment of its own.</summary>
internal sealed class CliRun(IReadOnlyDictionary<string, string?> environment, TimeProvider? time = null)
{
    private readonly StringBuilder _everything = new();

    /// <summary>What all runs together have printed.</summary>
    public string Everything => _everything.ToString();

    public Task<(int ExitCode, string Output)> BootstrapAsync(params string[] args) => RunAsync(BootstrapCommand.RunAsync, args);

    public async Task<(int ExitCode, string Output)> RunAsync(Func<string[], CommandHost, Task<int>> command, params string[] args)
    {
        var output = new StringWriter();
        var exitCode = await command(args, new CommandHost(environment.GetValueOrDefault, time ?? TimeProvider.System, output));
        _everything.Append(output);
        return (exitCode, output.ToString());
    }
}
