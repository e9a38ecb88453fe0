using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults.Cli;
using VaultSharp.V1.Commons;

namespace CreditSystem.Api.Commands;

/// <summary><c>vault rollback PATH --to N</c>: writes the old version as a new one, unless somebody else has written meanwhile.</summary>
internal static class VaultRollbackCommand
{
    internal static readonly Option<int> To = CliOption.Number("--to", "The version to go back to", least: 1, most: int.MaxValue, byDefault: null);
    internal static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only show which keys would change" };

    internal sealed record Answer(string Path, int From, int To, int? Written, string? DeletedAt, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Changed);

    internal static async Task<int> RunAsync(Operation operation, CancellationToken cancellationToken)
    {
        var path = operation.Locate(operation.Parsed.GetRequiredValue(VaultVersionsCommand.Path));
        var to = operation.Parsed.GetValue(To);
        var metadata = await VaultVersionsCommand.ReadAsync(operation, path, cancellationToken);
        var current = metadata.CurrentVersion;
        if (!metadata.Versions.TryGetValue(to.ToString(CultureInfo.InvariantCulture), out var target) || VaultVersionsCommand.State(target, isCurrent: false, operation.Time.GetUtcNow()) != "kept")
            throw new VaultUnavailableException($"Version {to} of {operation.Options.MountPoint}/{path} does not exist, or is deleted.", HttpStatusCode.NotFound);

        var after = await ReadAsync(operation, path, to, cancellationToken);
        var isCurrentThere = VaultVersionsCommand.State(metadata.Versions[current.ToString(CultureInfo.InvariantCulture)], isCurrent: true, operation.Time.GetUtcNow()) == "current";
        var before = isCurrentThere ? await ReadAsync(operation, path, current, cancellationToken) : new Dictionary<string, object>();
        var answer = Compare(path, current, to, before, after);
        if (!operation.Parsed.GetValue(DryRun))
        {
            var written = await WriteAsync(operation, path, after, current, cancellationToken);
            answer = answer with { Written = written.Version, DeletedAt = string.IsNullOrEmpty(written.DeletionTime) ? null : written.DeletionTime };
        }

        operation.Write(answer, output => Print(answer, operation.Options.MountPoint, output));
        return 0;
    }

    private static async Task<IDictionary<string, object>> ReadAsync(Operation operation, string path, int version, CancellationToken cancellationToken) =>
        (await operation.CallAsync(client => client.V1.Secrets.KeyValue.V2.ReadSecretAsync(path, version, operation.Options.MountPoint), cancellationToken)).Data.Data;

    private static async Task<CurrentSecretMetadata> WriteAsync(Operation operation, string path, IDictionary<string, object> data, int expected, CancellationToken cancellationToken)
    {
        try
        {
            return (await operation.CallAsync(client => client.V1.Secrets.KeyValue.V2.WriteSecretAsync(path, data, expected, operation.Options.MountPoint), cancellationToken)).Data;
        }
        catch (VaultUnavailableException exception) when (exception.Says("check-and-set"))
        {
            throw new VaultUnavailableException($"Somebody else has written {operation.Options.MountPoint}/{path} meanwhile; nothing was changed.", exception.StatusCode);
        }
        catch (VaultUnavailableException exception) when (exception.StatusCode is HttpStatusCode.Forbidden)
        {
            throw new VaultUnavailableException($"The token may not write {operation.Options.MountPoint}/{path}; set VAULT_TOKEN to one that may.", exception.StatusCode);
        }
    }

    private static Answer Compare(string path, int current, int to, IDictionary<string, object> before, IDictionary<string, object> after) => new(
        path, current, to, Written: null, DeletedAt: null,
        [.. after.Keys.Except(before.Keys).Order(StringComparer.Ordinal)],
        [.. before.Keys.Except(after.Keys).Order(StringComparer.Ordinal)],
        [.. after.Keys.Intersect(before.Keys).Where(key => JsonSerializer.Serialize(before[key]) != JsonSerializer.Serialize(after[key])).Order(StringComparer.Ordinal)]);

    private static void Print(Answer answer, string mount, TextWriter output)
    {
        output.WriteLine(answer.Written is { } version
            ? $"{mount}/{answer.Path}: version {answer.To} is now version {version}."
            : $"{mount}/{answer.Path}: version {answer.From} would be followed by a copy of version {answer.To}. Nothing was written.");
        if (answer.DeletedAt is { } at)
            output.WriteLine($"Vault deletes it at {at}, as the secret's delete_version_after says.");
        foreach (var (sign, keys) in new[] { ('+', answer.Added), ('-', answer.Removed), ('~', answer.Changed) })
        {
            foreach (var key in keys)
                output.WriteLine($"  {sign} {key}");
        }
    }
}
