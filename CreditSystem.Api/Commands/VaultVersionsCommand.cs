using System.CommandLine;
using System.Globalization;
using System.Net;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using VaultSharp.V1.Commons;

namespace CreditSystem.Api.Commands;

/// <summary><c>vault versions PATH</c>.</summary>
internal static class VaultVersionsCommand
{
    internal static readonly Argument<string> Path = new("path") { Description = "The secret, e.g. app or credit-system/app" };

    internal sealed record Version(int Number, string State, string CreatedAt, string? DeletedAt);

    internal static async Task<int> RunAsync(Operation operation, CancellationToken cancellationToken)
    {
        var path = operation.Locate(operation.Parsed.GetRequiredValue(Path));
        var metadata = await ReadAsync(operation, path, cancellationToken);
        Version[] versions =
        [
            .. metadata.Versions
                .Select(pair => (Number: int.Parse(pair.Key, CultureInfo.InvariantCulture), pair.Value))
                .OrderByDescending(version => version.Number)
                .Select(version => new Version(
                    version.Number, State(version.Value, version.Number == metadata.CurrentVersion, operation.Time.GetUtcNow()), version.Value.CreatedTime,
                    string.IsNullOrEmpty(version.Value.DeletionTime) ? null : version.Value.DeletionTime)),
        ];
        operation.Write(versions, output => Table.Print(output, ["Version", "State", "Created", "Deleted"], versions.Select(version => (IReadOnlyList<string>)
        [
            version.Number.ToString(CultureInfo.InvariantCulture), version.State, version.CreatedAt, version.DeletedAt ?? "",
        ])));
        return 0;
    }

    internal static async Task<FullSecretMetadata> ReadAsync(Operation operation, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await operation.CallAsync(client => client.V1.Secrets.KeyValue.V2.ReadSecretMetadataAsync(path, operation.Options.MountPoint), cancellationToken)).Data;
        }
        catch (VaultUnavailableException exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            throw new VaultUnavailableException($"There is no secret {operation.Options.MountPoint}/{path}.", exception.StatusCode);
        }
    }

    /// <summary>With <c>delete_version_after</c> a version has a time to come at which it is deleted: until then it is there.</summary>
    internal static string State(SecretMetadata version, bool isCurrent, DateTimeOffset now) =>
        version.Destroyed ? "destroyed" : SecretReader.IsOver(version.DeletionTime, now) ? "deleted" : isCurrent ? "current" : "kept";
}
