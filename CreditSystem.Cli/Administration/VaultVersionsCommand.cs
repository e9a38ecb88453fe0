using System.Globalization;
using System.Net;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using VaultSharp.V1.Commons;

namespace CreditSystem.Cli.Administration;

/// <summary><c>vault versions PATH</c>.</summary>
internal static class VaultVersionsCommand
{
    internal static readonly Argument<string> Path = new("path") { Description = "The secret, e.g. app or credit-system/app" };

    internal sealed record Version(int Number, string State, string CreatedAt, string? DeletedAt);

    internal static Command Create(CommandHost host) =>
        CommandSession.CreateCommand(host, "versions", "List the versions of a secret", RunAsync, Path);

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var path = session.Locate(session.Parsed.GetRequiredValue(Path));
        var metadata = await ReadAsync(session, path, cancellationToken);
        Version[] versions =
        [
            .. metadata.Versions
                .Select(pair => (Number: int.Parse(pair.Key, CultureInfo.InvariantCulture), pair.Value))
                .OrderByDescending(version => version.Number)
                .Select(version => new Version(
                    version.Number,
                    State(version.Value, version.Number == metadata.CurrentVersion, session.Time.GetUtcNow()),
                    version.Value.CreatedTime,
                    string.IsNullOrEmpty(version.Value.DeletionTime) ? null : version.Value.DeletionTime)),
        ];
        session.Parsed.WriteRows(versions, ["Version", "State", "Created", "Deleted"], version =>
            [$"{version.Number}", version.State, version.CreatedAt, version.DeletedAt ?? ""]);
        return CommandExitCodes.Done;
    }

    internal static async Task<FullSecretMetadata> ReadAsync(CommandSession session, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.CallAsync(
                client => client.V1.Secrets.KeyValue.V2.ReadSecretMetadataAsync(path, session.Options.MountPoint), cancellationToken)).Data;
        }
        catch (VaultUnavailableException exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            throw new VaultUnavailableException($"There is no secret {session.Options.MountPoint}/{path}.", exception.StatusCode);
        }
    }

    /// <summary>With <c>delete_version_after</c> a version has a time to come at which it is deleted: until then it is there.</summary>
    internal static string State(SecretMetadata version, bool isCurrent, DateTimeOffset now) =>
        version.Destroyed ? "destroyed" : SecretReader.IsOver(version.DeletionTime, now) ? "deleted" : isCurrent ? "current" : "kept";
}
