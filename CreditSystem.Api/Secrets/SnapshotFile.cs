using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CreditSystem.Api.Secrets;

/// <summary>
/// The last good secrets, encrypted (AES-256-GCM) with a key that does not lie beside them, for a start while Vault is down.
/// The file is replaced as a whole, and readable by its owner alone.
/// </summary>
internal sealed partial class SnapshotFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MinKeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private static readonly byte[] Format = "credit-system snapshot 1\n"u8.ToArray();
    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);

    private readonly string _path;
    private readonly SnapshotOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private SecretSnapshot? _written;

    private SnapshotFile(SnapshotOptions options, TimeProvider time, ILogger logger) =>
        (_path, _options, _time, _logger) = (Path.GetFullPath(options.Path!), options, time, logger);

    /// <returns>Null where none is configured.</returns>
    /// <exception cref="ValidationException">There is no key, or it lies where the snapshot lies.</exception>
    public static SnapshotFile? Create(SnapshotOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Path is not { Length: > 0 } path)
            return null;
        if (options.KeyFile is null && options.Key is null)
            throw new ValidationException("VAULT_SNAPSHOT_PATH needs a key: VAULT_SNAPSHOT_KEY_FILE or VAULT_SNAPSHOT_KEY.");
        if (options.KeyFile is { } keyFile && Path.GetDirectoryName(Path.GetFullPath(keyFile)) == Path.GetDirectoryName(Path.GetFullPath(path)))
            throw new ValidationException("VAULT_SNAPSHOT_KEY_FILE lies beside the snapshot: whoever takes one would take both.");
        return new SnapshotFile(options, time, logger);
    }

    /// <summary>Writes it where it is new, or the one before is some minutes old. A failure is logged: the secrets in use do not depend on it.</summary>
    public void Save(SecretSnapshot snapshot)
    {
        if (_written is { } before && before.ReadAt > snapshot.ReadAt - Refresh && before.Secrets.SequenceEqual(snapshot.Secrets) && before.Database == snapshot.Database)
            return;
        try
        {
            var temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
            var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                creation.UnixCreateMode = OwnerOnly;
            using (var file = new FileStream(temporary, creation))
            {
                file.Write(Encrypt(JsonSerializer.SerializeToUtf8Bytes(SnapshotDocument.Of(snapshot))));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, _path, overwrite: true);
            _written = snapshot;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            SnapshotFileLog.NotWritten(_logger, exception.GetType().Name);
        }
    }

    /// <summary>Null when there is none that may be used; the log says why.</summary>
    public SecretSnapshot? Load()
    {
        try
        {
            if (!File.Exists(_path))
                return null;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(_path) & ~OwnerOnly) != 0)
                return Refuse("others can read it");
            var snapshot = JsonSerializer.Deserialize<SnapshotDocument>(Decrypt(File.ReadAllBytes(_path)))!.ToSnapshot();
            var age = _time.GetUtcNow() - snapshot.ReadAt;
            if (age > _options.MaxAge)
                return Refuse("it is too old");
            SnapshotFileLog.Used(_logger, age.TotalMinutes);
            return snapshot;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or JsonException)
        {
            // A changed file, or another key.
            return Refuse(exception.GetType().Name);
        }
    }

    private byte[] Encrypt(byte[] plain)
    {
        var file = new byte[Format.Length + NonceBytes + plain.Length + TagBytes];
        Format.CopyTo(file, 0);
        var nonce = file.AsSpan(Format.Length, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(ReadKey(), TagBytes);
        aes.Encrypt(nonce, plain, file.AsSpan(Format.Length + NonceBytes, plain.Length), file.AsSpan(file.Length - TagBytes), Format);
        return file;
    }

    private byte[] Decrypt(byte[] file)
    {
        if (file.Length < Format.Length + NonceBytes + TagBytes || !file.AsSpan(0, Format.Length).SequenceEqual(Format))
            throw new CryptographicException();
        var plain = new byte[file.Length - Format.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(ReadKey(), TagBytes);
        aes.Decrypt(file.AsSpan(Format.Length, NonceBytes), file.AsSpan(Format.Length + NonceBytes, plain.Length), file.AsSpan(file.Length - TagBytes), plain, Format);
        return plain;
    }

    private byte[] ReadKey()
    {
        var text = _options.KeyFile is { } file ? File.ReadAllText(file).Trim() : _options.Key!;
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length >= MinKeyBytes ? HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, 32, info: Format) : throw new CryptographicException("The key of the snapshot is too short.");
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
            snapshot.ReadAt, [.. snapshot.Secrets.Select(secret => new SecretDocument(secret.Path, secret.Version, secret.CreatedAt, new(secret.Values)))], snapshot.Database);

        public SecretSnapshot ToSnapshot() => new(
            ReadAt,
            [.. Secrets.Select(secret => new VaultSecret(secret.Path, secret.Version, secret.CreatedAt, secret.Values.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)))],
            Database,
            SecretOrigin.Snapshot);
    }

    private static partial class SnapshotFileLog
    {
        [LoggerMessage(2016, LogLevel.Warning, "Vault is down at the start: the secrets are those that it confirmed {Minutes:F0} minutes ago")]
        public static partial void Used(ILogger logger, double minutes);

        [LoggerMessage(2017, LogLevel.Error, "The file with the last good secrets is not used: {Reason}")]
        public static partial void NotUsed(ILogger logger, string reason);

        [LoggerMessage(2018, LogLevel.Warning, "The file with the last good secrets could not be written: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
