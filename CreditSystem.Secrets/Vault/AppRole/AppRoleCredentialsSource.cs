using CreditSystem.Secrets.Sources;

namespace CreditSystem.Secrets.Vault.AppRole;

/// <summary>
/// Reads role_id and secret_id, from the mounted folder when there is one: it changes in a running process, the environment does not.
/// </summary>
public sealed class AppRoleCredentialsSource(VaultOptions options)
{
    private const string RoleIdFile = "role_id";
    private const string SecretIdFile = "secret_id";
    private const string WrappedSecretIdFile = "wrapped_secret_id";

    /// <summary>When the newest secret_id was written; null where it comes from the environment, which does not tell.</summary>
    public DateTimeOffset? WrittenAt => options.CredentialsDirectory is not { } directory ? null
        : new[] { SecretIdFile, WrappedSecretIdFile }.Select(file => new FileInfo(Path.Combine(directory, file))).Where(file => file.Exists)
            .Select(file => (DateTimeOffset?)new DateTimeOffset(file.LastWriteTimeUtc)).Max();

    /// <summary>What to try, the best first: a wrapped secret_id, then a plain one. Empty when there are none, or not both yet.</summary>
    public IReadOnlyList<AppRoleCredentials> Read()
    {
        var (roleId, secretId, wrapped) = (options.RoleId, options.SecretId, options.WrappedSecretId);
        if (options.CredentialsDirectory is not null)
        {
            // Absent, or in the middle of a swap: the next login reads it again.
            roleId = Text(RoleIdFile) ?? roleId;
            secretId = Text(SecretIdFile) ?? secretId;
            wrapped = Text(WrappedSecretIdFile) ?? wrapped;
        }

        AppRoleCredentials?[] found =
        [
            roleId is null || wrapped is null ? null : new AppRoleCredentials(roleId, wrapped, IsWrapped: true),
            roleId is null || secretId is null ? null : new AppRoleCredentials(roleId, secretId),
        ];
        return [.. found.OfType<AppRoleCredentials>()];

        string? Text(string file) =>
            SecretFiles.Read(Path.Combine(options.CredentialsDirectory, file))?.Trim() is { Length: > 0 } text ? text : null;
    }
}
