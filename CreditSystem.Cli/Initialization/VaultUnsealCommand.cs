using System.CommandLine;
using System.Text.Json.Nodes;

namespace CreditSystem.Cli.Initialization;

/// <summary><c>vault unseal</c>: what <c>vault operator unseal</c> does, with key shares out of files.</summary>
internal sealed class VaultUnsealCommand
{
    private readonly Option<string> directory = CliOption.Text("--directory", "The folder that 'vault init' has made");
    private readonly Option<string[]> files = new("--key-file")
    {
        Description = "A file with one key share; may be given again, and by each keeper on a machine of theirs",
    };

    internal static Command Create(CommandHost host) => new VaultUnsealCommand().CreateCore(host);

    private Command CreateCore(CommandHost host)
    {
        var command = NewVaultCommand.Create(
            host, "unseal", "Unseal Vault: after it was initialised, and after each of its restarts", UnsealAsync, directory, files);
        command.Validators.Add(result =>
        {
            if (string.IsNullOrEmpty(result.GetValue(directory)) == (result.GetValue(files) is not { Length: > 0 }))
                result.AddError("Give --directory or --key-file.");
        });
        return command;
    }

    private async Task<int> UnsealAsync(NewVaultRun run, CancellationToken cancellationToken)
    {
        var shares = await ReadSharesAsync(run.Parsed, cancellationToken);
        using var vault = await run.OpenAsync(cancellationToken);
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
            await run.Output.WriteLineAsync($"Sealed still: {status.Progress} of {status.Threshold} key shares are in.");
            return CommandExitCodes.Incomplete;
        }

        await run.WaitUntilReadyAsync(vault, cancellationToken);
        await run.Output.WriteLineAsync("Unsealed.");
        return CommandExitCodes.Done;
    }

    private async Task<IReadOnlyList<string>> ReadSharesAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(files) is not { Length: > 0 } paths)
            return new KeyDirectory(Path.GetFullPath(parsed.GetRequiredValue(directory))).ReadShares();
        try
        {
            return [.. await Task.WhenAll(paths.Select(async path => (await File.ReadAllTextAsync(path, cancellationToken)).Trim()))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandUsageException($"A key share cannot be read: {exception.Message}", exception);
        }
    }
}
