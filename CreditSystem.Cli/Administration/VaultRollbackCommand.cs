using System.Net;
using System.Text.Json;
using CreditSystem.Secrets.Vault;
using VaultSharp.V1.Commons;

namespace CreditSystem.Cli.Administration;

/// <summary><c>vault rollback PATH --to N</c>: writes the old version as a new one, unless somebody else has written meanwhile.</summary>
internal static class VaultRollbackCommand
{
    private static readonly Option<int> To = CliOption.Number("--to", "The version to go back to", least: 1, most: int.MaxValue,
        byDefault: null);
    private static readonly Option<bool> DryRun = CliOption.Flag("--dry-run", "Only show which keys would change");

    internal sealed record Result(string Path, int From, int To, int? Written, string? DeletedAt, IReadOnlyList<string> Added,
        IReadOnlyList<string> Removed, IReadOnlyList<string> Changed);

    internal static Command Create(CommandHost host) => CommandSession.CreateCommand(
        host, "rollback", "Make an older version of a secret the newest", RunAsync, VaultVersionsCommand.Path, To, DryRun);

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var path = session.Locate(session.Parsed.GetRequiredValue(VaultVersionsCommand.Path));
        var to = session.Parsed.GetValue(To);
        var metadata = await VaultVersionsCommand.ReadAsync(session, path, cancellationToken);
        var current = metadata.CurrentVersion;
        if (!metadata.Versions.TryGetValue($"{to}", out var target)
            || VaultVersionsCommand.State(target, isCurrent: false, session.Time.GetUtcNow()) != "kept")
            throw new VaultUnavailableException($"Version {to} of {session.Options.MountPoint}/{path} does not exist, or is deleted.",
                HttpStatusCode.NotFound);

        var after = await ReadAsync(session, path, to, cancellationToken);
        var isCurrentThere = VaultVersionsCommand.State(metadata.Versions[$"{current}"], isCurrent: true,
            session.Time.GetUtcNow()) == "current";
        var before = isCurrentThere ? await ReadAsync(session, path, current, cancellationToken) : new Dictionary<string, object>();
        var result = Compare(path, current, to, before, after);
        if (!session.Parsed.GetValue(DryRun))
        {
            var written = await WriteAsync(session, path, after, current, cancellationToken);
            var deletedAt = string.IsNullOrEmpty(written.DeletionTime) ? null : written.DeletionTime;
            result = result with { Written = written.Version, DeletedAt = deletedAt };
        }

        session.Parsed.Write(result, output => Print(result, session.Options.MountPoint, output));
        return CommandExitCodes.Done;
    }

    private static async Task<IDictionary<string, object>> ReadAsync(CommandSession session, string path, int version,
        CancellationToken cancellationToken) =>
        (await session.CallAsync(client => client.V1.Secrets.KeyValue.V2.ReadSecretAsync(path, version, session.Options.MountPoint),
            cancellationToken)).Data.Data;

    private static async Task<CurrentSecretMetadata> WriteAsync(CommandSession session, string path, IDictionary<string, object> data,
        int expected, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.CallAsync(
                client => client.V1.Secrets.KeyValue.V2.WriteSecretAsync(path, data, expected,
                    session.Options.MountPoint), cancellationToken)).Data;
        }
        catch (VaultUnavailableException exception) when (exception.Says("check-and-set"))
        {
            throw new VaultUnavailableException(
                $"Somebody else has written {session.Options.MountPoint}/{path} meanwhile; nothing was changed.", exception.StatusCode);
        }
        catch (VaultUnavailableException exception) when (exception.StatusCode is HttpStatusCode.Forbidden)
        {
            throw new VaultUnavailableException(
                $"The token may not write {session.Options.MountPoint}/{path}; set VAULT_TOKEN to one that may.", exception.StatusCode);
        }
    }

    private static Result Compare(string path, int current, int to, IDictionary<string, object> before, IDictionary<string,
        object> after) =>
        new(
        path, current, to, Written: null, DeletedAt: null,
        [.. after.Keys.Except(before.Keys).Order(StringComparer.Ordinal)],
        [.. before.Keys.Except(after.Keys).Order(StringComparer.Ordinal)],
        [.. after.Keys.Intersect(before.Keys).Where(
            key => JsonSerializer.Serialize(before[key]) != JsonSerializer.Serialize(after[key])).Order(StringComparer.Ordinal)]);

    private static void Print(Result result, string mount, TextWriter output)
    {
        output.WriteLine(result.Written is { } version
            ? $"{mount}/{result.Path}: version {result.To} is now version {version}."
            : $"{mount}/{result.Path}: version {result.From} would be followed by a copy of version {result.To}. Nothing was written.");
        if (result.DeletedAt is { } at)
            output.WriteLine($"Vault deletes it at {at}, as the secret's delete_version_after says.");
        foreach (var (sign, keys) in new[] { ('+', result.Added), ('-', result.Removed), ('~', result.Changed) })
        {
            foreach (var key in keys)
                output.WriteLine($"  {sign} {key}");
        }
    }
}
