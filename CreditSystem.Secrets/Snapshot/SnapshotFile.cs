using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Sources;

namespace CreditSystem.Secrets.Snapshot;

/// <summary>
/// The last good secrets, encrypted with a key that does not lie beside them, for a start while Vault is down.
/// </summary>
public sealed partial class SnapshotFile
{
    private static readonly byte[] Format = "credit-system snapshot 1\n"u8.ToArray();
    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);

    private readonly SealedFile _file;
    private readonly SnapshotOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private SecretSnapshot? _written;

    private SnapshotFile(SnapshotOptions options, TimeProvider time, ILogger logger) =>
        (_file, _options, _time, _logger) = (new SealedFile(Path.GetFullPath(options.Path!), options, Format), options, time, logger);

    /// <returns>Null where none is configured.</returns>
    /// <exception cref="ValidationException">There is no key, or it lies where the snapshot lies.</exception>
    public static SnapshotFile? Create(SnapshotOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Path is not { Length: > 0 } path)
            return null;
        if (options.KeyFile is null && options.Key is null)
            throw new ValidationException("VAULT_SNAPSHOT_PATH needs a key: VAULT_SNAPSHOT_KEY_FILE or VAULT_SNAPSHOT_KEY.");
        if (options.KeyFile is { } keyFile
            && Path.GetDirectoryName(Path.GetFullPath(keyFile)) == Path.GetDirectoryName(Path.GetFullPath(path)))
            throw new ValidationException("VAULT_SNAPSHOT_KEY_FILE lies beside the snapshot: a thief of one would have both.");
        return new SnapshotFile(options, time, logger);
    }

    /// <summary>
    /// Writes it where it is new, or the one before is some minutes old. A failure is logged: the secrets in use do not depend on it.
    /// </summary>
    public void Save(SecretSnapshot snapshot)
    {
        if (_written is { } before && before.ReadAt > snapshot.ReadAt - Refresh && before.Secrets.SequenceEqual(snapshot.Secrets)
            && before.Database == snapshot.Database)
            return;
        try
        {
            _file.Write(JsonSerializer.SerializeToUtf8Bytes(SnapshotDocument.Of(snapshot)));
            _written = snapshot;
        }
        catch (Exception exception) when (SealedFile.Covers(exception))
        {
            SnapshotFileLog.NotWritten(_logger, exception.GetType().Name);
        }
    }

    /// <summary>Null when there is none that may be used; the log says why.</summary>
    public SecretSnapshot? Load()
    {
        try
        {
            if (!_file.Exists)
                return null;
            if (_file.OthersCanReadIt)
                return Refuse("others can read it");
            var snapshot = JsonSerializer.Deserialize<SnapshotDocument>(_file.Read())!.ToSnapshot();
            var age = _time.GetUtcNow() - snapshot.ReadAt;
            if (age > _options.MaxAge)
                return Refuse("it is too old");
            SnapshotFileLog.Used(_logger, age.TotalMinutes);
            return snapshot;
        }
        catch (Exception exception) when (SealedFile.Covers(exception) || exception is JsonException)
        {
            // A changed file, or another key.
            return Refuse(exception.GetType().Name);
        }
    }

    private SecretSnapshot? Refuse(string reason)
    {
        SnapshotFileLog.NotUsed(_logger, reason);
        return null;
    }

    private sealed record SecretDocument(string Path, int Version, DateTimeOffset CreatedAt, Dictionary<string, string> Values);

    private sealed record SnapshotDocument(DateTimeOffset ReadAt, List<SecretDocument> Secrets, DatabaseLease? Database)
    {
        public static SnapshotDocument Of(SecretSnapshot snapshot) => new(
            snapshot.ReadAt,
            [.. snapshot.Secrets.Select(secret => new SecretDocument(secret.Path, secret.Version, secret.CreatedAt, new(secret.Values)))],
            snapshot.Database);

        public SecretSnapshot ToSnapshot() => new(
            ReadAt,
            [.. Secrets.Select(secret => new VaultSecret(secret.Path, secret.Version, secret.CreatedAt,
                secret.Values.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)))],
            Database,
            SecretOrigin.Snapshot);
    }

    private static partial class SnapshotFileLog
    {
        [LoggerMessage(2016, LogLevel.Warning,
            "Vault is down at the start: the secrets are those that it confirmed {Minutes:F0} minutes ago")]
        public static partial void Used(ILogger logger, double minutes);

        [LoggerMessage(2017, LogLevel.Error, "The file with the last good secrets is not used: {Reason}")]
        public static partial void NotUsed(ILogger logger, string reason);

        [LoggerMessage(2018, LogLevel.Warning, "The file with the last good secrets could not be written: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
