using System.CommandLine;
using System.Text.Json.Nodes;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Initialization;

/// <summary>
/// <c>vault init</c>: what <c>vault operator init</c> does, where there is no such program; keys go into files and not onto a terminal.
/// </summary>
internal sealed class VaultInitCommand
{
    private readonly VaultConnection connection = new();
    private readonly Option<string> directory = new("--directory")
    {
        Description = "A new folder for the key shares and the root token, a file each",
        Required = true,
    };

    private readonly Option<int> shares = CliOption.Number("--key-shares", "How many shares the key is split into", least: 1, most: 255,
        byDefault: 5);
    private readonly Option<int> threshold = CliOption.Number("--key-threshold", "How many of them unseal it", least: 1, most: 255,
        byDefault: 3);

    internal static Command Create(CommandHost host) => new VaultInitCommand().CreateCore(host);

    private Command CreateCore(CommandHost host)
    {
        var command = new Command("init",
            "Initialise a new Vault, once. Its key shares and its root token are nowhere else than in the folder then: give each share to "
            + "its keeper. (For shares that are encrypted for their keepers: 'vault operator init -pgp-keys=…'.)")
        {
            directory, shares, threshold,
        };
        connection.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) => InitializeAsync(parsed, host, parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private async Task<int> InitializeAsync(ParseResult parsed, CommandHost host, TextWriter output, CancellationToken cancellationToken)
    {
        var (all, needed) = (parsed.GetValue(shares), parsed.GetValue(threshold));
        if (needed > all)
            throw new CommandUsageException("--key-threshold cannot be larger than --key-shares.");
        if (all > 1 && needed == 1)
            throw new CommandUsageException("--key-threshold must be larger than 1 where there are several shares.");
        var keys = new KeyDirectory(Path.GetFullPath(parsed.GetRequiredValue(directory)));
        using var vault = await connection.OpenAsync(parsed, host, cancellationToken, mayBeNew: true);
        var status = await SealStatus.ReadAsync(vault, cancellationToken);
        if (status.IsInitialized)
            throw new CommandException("This Vault has been initialised already, and tells its keys once. Nothing was changed.");
        if (status.Type != "shamir")
            throw new CommandException($"This Vault unseals itself ({status.Type}), and has recovery keys instead: vault operator init.");
        using var files = keys.Prepare(all);
        try
        {
            // A second attempt after an answer that was lost would find it initialised: this one is not given up half-way.
            var answer = await vault.WriteAsync("sys/init", new JsonObject { ["secret_shares"] = all, ["secret_threshold"] = needed },
                CancellationToken.None);
            files.Write([.. (answer?["keys_base64"] as JsonArray ?? []).Select(share => $"{share}")], $"{answer?["root_token"]}");
        }
        catch (CommandException)
        {
            files.Delete();
            throw;
        }
        catch (IOException exception)
        {
            throw new CommandException(
                $"{keys.Path} has no room, and the keys are lost: make this Vault anew. {exception.Message}", exception);
        }

        await output.WriteLineAsync(
            $"Initialised. {keys.Path} holds {all} key shares, {needed} of which unseal it, and the root token: nobody else has them.");
        return CommandExitCodes.Done;
    }
}
