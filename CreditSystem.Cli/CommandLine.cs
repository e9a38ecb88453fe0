using CreditSystem.Cli.Administration;
using CreditSystem.Cli.Audit;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Certificates;
using CreditSystem.Cli.Initialization;
using CreditSystem.Cli.Ledger;
using CreditSystem.Cli.Payments;
using CreditSystem.Cli.Rotation;

namespace CreditSystem.Cli;

/// <summary>All commands, for people, for the Job and for the CronJob.</summary>
internal static class CommandLine
{
    internal static Task<int> RunAsync(IReadOnlyList<string> args, CommandHost host) =>
        CommandRunner.RunAsync(Create(host), args, host.Output, CommandSession.Describe);

    internal static RootCommand Create(CommandHost host) =>
        new("Prepares, rotates, looks after and checks an installation of CreditSystem; COMMAND --help tells more of one.")
        {
            CommandOutput.Json,
            BootstrapCommand.Create(host),
            RotateCommand.Create(host),
            RotateCaCommand.Create(host),
            IssueCertificateCommand.Create(host),
            new Command("vault", "Vault and the secrets in it")
            {
                VaultInitCommand.Create(host),
                VaultUnsealCommand.Create(host),
                VaultStatusCommand.Create(host),
                VaultSecretsCommand.Create(host),
                VaultVersionsCommand.Create(host),
                VaultRollbackCommand.Create(host),
                VaultRewrapCommand.Create(host),
                AuditReportCommand.Create(host),
            },
            new Command("config", "The configuration") { ConfigSourcesCommand.Create(host) },
            LedgerCommands.Create(host),
            new Command("payments", "Payments, at the provider and in the ledger") { PaymentsReconcileCommand.Create(host) },
        };
}
