using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Initialization;

/// <summary><c>vault unseal</c>: what <c>vault operator unseal</c> does, with key shares out of files.</summary>
internal sealed class VaultUnsealCommand
{
    private readonly VaultConnection connection = new();
    private readonly Option<string> directory = CliOption.Text("--directory", "The folder that 'vault init' has made");
    private readonly Option<string[]> files = CliOption.Texts("--key-file",
        "A file with one key share; may be given again, and by each keeper on a machine of theirs");

    internal static Command Create(CommandHost host) => new VaultUnsealCommand().CreateCore(host);

    private Command CreateCore(CommandHost host)
    {
        var command = new Command("unseal", "Unseal Vault: after it was initialised, and after each of its restarts") { directory, files };
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => UnsealAsync(parsed, host, cancellationToken));
        command.Validators.Add(result =>
        {
            if (string.IsNullOrEmpty(result.GetValue(directory)) == (result.GetValue(files) is not { Length: > 0 }))
                result.AddError("Give --directory or --key-file.");
        });
        return command;
    }

    private async Task<int> UnsealAsync(ParseResult parsed, CommandHost host, CancellationToken cancellationToken)
    {
        var (shares, output) = (await ReadSharesAsync(parsed, cancellationToken), parsed.InvocationConfiguration.Output);
        using var vault = await connection.OpenAsync(parsed, host, cancellationToken, mayBeNew: true);
        var status = await SealStatus.ReadAsync(vault, cancellationToken);
        if (!status.IsInitialized)
            throw new CommandException("This Vault is not initialised: 'vault init' first.");
        foreach (var share in shares)
        {
            if (!status.IsSealed)
                break;
            status = SealStatus.From(await vault.WriteAsync("sys/unseal", new JsonObject { ["key"] = share }, cancellationToken));
        }

        if (status.IsSealed)
        {
            await output.WriteLineAsync($"Sealed still: {status.Progress} of {status.Threshold} key shares are in.");
            return CommandExitCodes.Incomplete;
        }

        await connection.WaitUntilReadyAsync(vault, parsed, host, cancellationToken);
        await output.WriteLineAsync("Unsealed.");
        return CommandExitCodes.Done;
    }

    private async Task<IReadOnlyList<string>> ReadSharesAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(files) is not { Length: > 0 } paths)
            return new KeyDirectory(Path.GetFullPath(parsed.GetRequiredValue(directory))).ReadShares();
        return await CommandFile.ReadAsync("A key share", () =>
            Task.WhenAll(paths.Select(async path => (await File.ReadAllTextAsync(path, cancellationToken)).Trim())));
    }
}
