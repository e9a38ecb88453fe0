using System.Text.Json;
using CreditSystem.Secrets.Snapshot;

namespace CreditSystem.Secrets.Vault.AppRole;

/// <summary>
/// The secret_id that this service has taken out of its wrapping, kept encrypted beside the snapshot where there is one: a
/// wrapping opens once, and after a restart nobody else is to blame for that.
/// </summary>
internal sealed class OpenedSecretId(SnapshotOptions options)
{
    private static readonly byte[] Format = "credit-system secret_id 1\n"u8.ToArray();

    private readonly SealedFile? _file =
        options.Path is { Length: > 0 } path ? new SealedFile($"{Path.GetFullPath(path)}.secret_id", options, Format) : null;

    /// <summary>Whether it survives a restart.</summary>
    public bool IsKept => _file is not null;

    public AppRoleCredentials? Find(AppRoleCredentials wrapped)
    {
        try
        {
            if (_file is not { Exists: true, OthersCanReadIt: false })
                return null;
            var kept = JsonSerializer.Deserialize<Document>(_file.Read());
            return kept?.Wrapping == wrapped.Fingerprint ? new AppRoleCredentials(wrapped.RoleId, kept.SecretId) : null;
        }
        catch (Exception exception) when (SealedFile.Covers(exception) || exception is JsonException)
        {
            return null;
        }
    }

    public void Keep(AppRoleCredentials wrapped, AppRoleCredentials opened)
    {
        try
        {
            _file?.Write(JsonSerializer.SerializeToUtf8Bytes(new Document(wrapped.Fingerprint, opened.SecretId)));
        }
        catch (Exception exception) when (SealedFile.Covers(exception))
        {
            // Known until the next start, then.
        }
    }

    private sealed record Document(string Wrapping, string SecretId)
    {
        public override string ToString() => nameof(OpenedSecretId);
    }
}
