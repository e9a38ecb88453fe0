using System.CommandLine;
using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.Api.Commands;

/// <summary>What an operator runs in the image of the API, in place of the original's <c>kubectl exec … python3 -c</c>.</summary>
internal static class OperatorCommands
{
    /// <summary>For scripts instead of people.</summary>
    internal static readonly Option<bool> Json = new("--json") { Description = "Print JSON", Recursive = true };

    /// <param name="args">The command line.</param>
    /// <param name="output">Instead of the standard output.</param>
    /// <param name="configure">Sets what the environment otherwise does.</param>
    internal static Task<int> RunAsync(string[] args, TextWriter? output = null, Action<IHostApplicationBuilder>? configure = null) =>
        CommandRunner.RunAsync(Create(configure), args, output, Operation.Describe);

    /// <param name="configure">Sets what the environment otherwise does.</param>
    internal static RootCommand Create(Action<IHostApplicationBuilder>? configure = null)
    {
        var root = new RootCommand("The API, and what looks after its connections. Without a command the API runs until it is told to end.") { Json };
        root.Add(new Command("vault", "Vault and the secrets in it")
        {
            Create("status", "Tell how the API is to Vault, and what a login of this command's own finds", VaultStatusCommand.RunAsync, configure, VaultStatusCommand.Api),
            Create("secrets", "List the secrets with their versions and the names of their keys", VaultSecretsCommand.RunAsync, configure),
            Create("versions", "List the versions of a secret", VaultVersionsCommand.RunAsync, configure, VaultVersionsCommand.Path),
            Create("rollback", "Make an older version of a secret the newest", VaultRollbackCommand.RunAsync, configure, VaultVersionsCommand.Path, VaultRollbackCommand.To, VaultRollbackCommand.DryRun),
            Create("rewrap", "Bring all personal data under the newest key of the transit engine", VaultRewrapCommand.RunAsync, configure),
        });
        root.Add(new Command("config", "The configuration") { Create("sources", "List where each value comes from", ConfigSourcesCommand.RunAsync, configure) });
        root.Add(new Command("mongo", "MongoDB") { Create("ping", "Ask MongoDB for a sign of life", MongoPingCommand.RunAsync, configure) });
        root.Add(new Command("redis", "Redis") { Create("ping", "Ask Redis for a sign of life", RedisPingCommand.RunAsync, configure) });
        root.Add(new Command("ledger", "The ledger in the database")
        {
            Create("verify", "Tell whether every block is what was sealed", LedgerCommands.VerifyAsync, configure, LedgerCommands.Full),
            Create("repartition", "Spread the tenants over another number of logs, while the API is stopped", LedgerCommands.RepartitionAsync, configure, LedgerCommands.Partitions, LedgerCommands.Cancel),
            LedgerSimulateCommand.Create(),
        });
        root.Add(HealthProbe.Create(defaultPort: 5001));
        root.Add(TokenCommand.Create());
        return root;
    }

    private static Command Create(string name, string description, Func<Operation, CancellationToken, Task<int>> run, Action<IHostApplicationBuilder>? configure, params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }

        command.SetAction((parsed, token) => Operation.RunAsync(parsed, run, configure, token));
        return command;
    }
}
