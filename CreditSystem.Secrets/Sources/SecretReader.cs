using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Snapshot;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Secrets.Sources;

/// <summary>Reads everything below the prefix: first the versions, then the contents of those that have changed.</summary>
public sealed class SecretReader(VaultOptions options, VaultSession session, DatabaseCredentials database, TimeProvider time)
{
    private const int MaxDepth = 4;

    /// <summary>
    /// The whole prefix, as one. Secrets of <paramref name="known"/> whose version is still the same are carried over, never
    /// dropped; a deleted one is not in the result.
    /// </summary>
    /// <exception cref="VaultUnavailableException">Not all could be read; then nothing is returned.</exception>
    public async Task<SecretSnapshot> ReadAsync(SecretSnapshot? known, bool wasDatabaseRefused, CancellationToken cancellationToken)
    {
        var readAt = time.GetUtcNow();
        try
        {
            var unreadable = new List<UnreadableSecret>();
            var paths = new List<string>();
            await ListAsync(options.Prefix.Trim('/'), MaxDepth, paths, cancellationToken);
            var secrets = new List<VaultSecret>();
            foreach (var path in paths.Order(StringComparer.Ordinal))
            {
                if (await ReadOneAsync(path, known, unreadable, cancellationToken) is { } secret)
                    secrets.Add(secret);
            }

            return new SecretSnapshot(
                readAt, secrets, await ReadDatabaseAsync(known?.Database, wasDatabaseRefused, unreadable, cancellationToken),
                Unreadable: unreadable);
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            throw VaultUnavailableException.From(exception);
        }
    }

    /// <summary>Null where there is none. What Vault refuses for this one alone holds back no other.</summary>
    private async Task<VaultSecret?> ReadOneAsync(
        string path, SecretSnapshot? known, List<UnreadableSecret> unreadable, CancellationToken cancellationToken)
    {
        try
        {
            if (await ReadVersionAsync(path, cancellationToken) is not { } version)
                return null;
            return known?.Secrets.FirstOrDefault(secret => secret.Identity == version) ?? await ReadSecretAsync(version, cancellationToken);
        }
        catch (VaultUnavailableException exception) when (IsOfThisAlone(exception))
        {
            unreadable.Add(new UnreadableSecret($"{options.MountPoint}/{path}", exception.Message));
            return known?.Secrets.FirstOrDefault(secret => secret.Path == path);
        }
    }

    private async Task<DatabaseLease?> ReadDatabaseAsync(
        DatabaseLease? known, bool wasRefused, List<UnreadableSecret> unreadable, CancellationToken cancellationToken)
    {
        try
        {
            return await database.GetAsync(known, wasRefused, cancellationToken);
        }
        catch (VaultUnavailableException exception) when (IsOfThisAlone(exception))
        {
            unreadable.Add(new UnreadableSecret($"{options.MongoDB.MountPoint}/{options.MongoDB.Role}", exception.Message));
            return known;
        }
    }

    /// <summary>A policy, or something that is not there; no answer, or a server's own trouble, is everybody's.</summary>
    private static bool IsOfThisAlone(VaultUnavailableException failure) =>
        !failure.IsOfLogin && (failure.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.NotFound);

    private async Task ListAsync(string folder, int depth, List<string> paths, CancellationToken cancellationToken)
    {
        foreach (var key in await ListKeysAsync(folder, cancellationToken))
        {
            if (!key.EndsWith('/'))
                paths.Add($"{folder}/{key}");
            else if (depth > 0)
                await ListAsync($"{folder}/{key.TrimEnd('/')}", depth - 1, paths, cancellationToken);
        }
    }

    private Task<IEnumerable<string>> ListKeysAsync(string folder, CancellationToken cancellationToken) => session.CallAsync(async client =>
    {
        try
        {
            return (await client.V1.Secrets.KeyValue.V2.ReadSecretPathsAsync(folder, options.MountPoint)).Data.Keys;
        }
        catch (VaultUnavailableException exception) when (exception.IsNotFound)
        {
            return [];
        }
    }, cancellationToken);

    private Task<SecretVersion?> ReadVersionAsync(string path, CancellationToken cancellationToken) => session.CallAsync(async client =>
    {
        try
        {
            var metadata = (await client.V1.Secrets.KeyValue.V2.ReadSecretMetadataAsync(path, options.MountPoint)).Data;
            return metadata.Versions?.GetValueOrDefault(
                $"{metadata.CurrentVersion}") is { Destroyed: false } current
                    && !IsOver(current.DeletionTime, time.GetUtcNow())
                ? new SecretVersion(path, metadata.CurrentVersion, Parse(current.CreatedTime))
                : null;
        }
        catch (VaultUnavailableException exception) when (exception.IsNotFound)
        {
            return null;
        }
    }, cancellationToken);

    private async Task<VaultSecret> ReadSecretAsync(SecretVersion version, CancellationToken cancellationToken)
    {
        var read = await session.CallAsync(
            client => client.V1.Secrets.KeyValue.V2.ReadSecretAsync(version.Path, version.Version, options.MountPoint), cancellationToken);
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in read.Data.Data)
            Flatten(key, value is JsonElement element ? element : JsonSerializer.SerializeToElement(value), values);
        return new VaultSecret(
            version.Path, version.Version, version.CreatedAt, values.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase));
    }

    private static void Flatten(string key, JsonElement value, Dictionary<string, string> values)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                    Flatten($"{key}:{property.Name}", property.Value, values);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                    Flatten($"{key}:{index}", item, values);
                break;
            case JsonValueKind.String:
                values[key] = value.GetString()!;
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            default:
                values[key] = value.GetRawText();
                break;
        }
    }

    /// <summary>
    /// With <c>delete_version_after</c> every version has a time at which it will be deleted: deleted is only what lies behind.
    /// </summary>
    public static bool IsOver(string? deletionTime, DateTimeOffset now) =>
        !string.IsNullOrEmpty(deletionTime)
            && DateTimeOffset.TryParse(deletionTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at <= now;

    private static DateTimeOffset Parse(string time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
            ? parsed
            : DateTimeOffset.UnixEpoch;
}
