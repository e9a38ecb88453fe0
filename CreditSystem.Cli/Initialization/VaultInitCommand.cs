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
    private readonly Option<string[]> pgpKeys = CliOption.Texts("--pgp-key",
        "File of a keeper's public OpenPGP key, for which Vault encrypts one share; as often as there are shares");
    private readonly Option<string> rootTokenPgpKey = CliOption.Text(
        "--root-token-pgp-key", "File of the public OpenPGP key for which Vault encrypts the root token");

    internal static Command Create(CommandHost host) => new VaultInitCommand().CreateCore(host);

    private Command CreateCore(CommandHost host)
    {
        var command = new Command(
            "init", "Initialise a new Vault, once. Its key shares and its root token are nowhere else than in the folder then: give each "
                + "share to its keeper, or have Vault encrypt it for its keeper by --pgp-key.")
        {
            directory, shares, threshold, pgpKeys, rootTokenPgpKey,
        };
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => InitializeAsync(parsed, host, cancellationToken));
        return command;
    }

    private async Task<int> InitializeAsync(ParseResult parsed, CommandHost host, CancellationToken cancellationToken)
    {
        var (all, needed) = (parsed.GetValue(shares), parsed.GetValue(threshold));
        if (needed > all)
            throw new CommandUsageException("--key-threshold cannot be larger than --key-shares.");
        if (all > 1 && needed == 1)
            throw new CommandUsageException("--key-threshold must be larger than 1 where there are several shares.");
        var body = ReadRequest(parsed, all, needed);
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
            var answer = await vault.WriteAsync("sys/init", body, CancellationToken.None);
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

        var encrypted = body.ContainsKey("pgp_keys") ? ", each of which its keeper alone can decrypt (base64 -d, gpg -d)" : "";
        await parsed.InvocationConfiguration.Output.WriteLineAsync(
            $"Initialised. {keys.Path} holds {all} key shares{encrypted}, {needed} of which unseal it, and the root token: nobody else has "
            + "them.");
        return CommandExitCodes.Done;
    }

    private JsonObject ReadRequest(ParseResult parsed, int all, int needed)
    {
        var body = new JsonObject { ["secret_shares"] = all, ["secret_threshold"] = needed };
        var files = parsed.GetValue(pgpKeys) ?? [];
        if (files.Length > 0 && files.Length != all)
            throw new CommandUsageException($"--pgp-key: there are {files.Length} keys for {all} shares; give one for each.");
        if (files.Length > 0)
            body["pgp_keys"] = new JsonArray([.. files.Select(file => (JsonNode)PgpPublicKey.Read(file))]);
        if (parsed.GetValue(rootTokenPgpKey) is { Length: > 0 } ofRoot)
            body["root_token_pgp_key"] = PgpPublicKey.Read(ofRoot);
        return body;
    }
}
