using System.CommandLine;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Initialization;

/// <summary>What a command begins with that needs no token, and a Vault that need not be initialised or unsealed yet.</summary>
internal static class NewVaultCommand
{
    public static Command Create(CommandHost host, string name, string description,
        Func<NewVaultRun, CancellationToken, Task<int>> work, params ReadOnlySpan<Option> options)
    {
        var connection = new VaultConnection();
        var command = new Command(name, description);
        foreach (var option in options)
            command.Options.Add(option);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
            work(new NewVaultRun(parsed, host, connection, parsed.InvocationConfiguration.Output), cancellationToken));
        return command;
    }
}

/// <summary>One run of it.</summary>
internal sealed record NewVaultRun(ParseResult Parsed, CommandHost Host, VaultConnection Connection, TextWriter Output)
{
    public Task<VaultAdminClient> OpenAsync(CancellationToken cancellationToken) =>
        Connection.OpenAsync(Parsed, Host, cancellationToken, mayBeNew: true);

    /// <summary>Waits for one that has just been unsealed until it works.</summary>
    public Task WaitUntilReadyAsync(VaultAdminClient vault, CancellationToken cancellationToken) =>
        Connection.WaitUntilReadyAsync(vault, Parsed, Host, cancellationToken);
}
