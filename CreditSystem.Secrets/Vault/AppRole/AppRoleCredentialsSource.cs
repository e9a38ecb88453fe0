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
    public async Task<IReadOnlyList<AppRoleCredentials>> ReadAsync(CancellationToken cancellationToken)
    {
        var (roleId, secretId, wrapped) = (options.RoleId, options.SecretId, options.WrappedSecretId);
        if (options.CredentialsDirectory is { } directory)
        {
            roleId = await ReadFileAsync(Path.Combine(directory, RoleIdFile), cancellationToken) ?? roleId;
            secretId = await ReadFileAsync(Path.Combine(directory, SecretIdFile), cancellationToken) ?? secretId;
            wrapped = await ReadFileAsync(Path.Combine(directory, WrappedSecretIdFile), cancellationToken) ?? wrapped;
        }

        if (roleId is null)
            return [];
        return
        [
            .. wrapped is null ? [] : new[] { new AppRoleCredentials(roleId, wrapped, IsWrapped: true) },
            .. secretId is null ? [] : new[] { new AppRoleCredentials(roleId, secretId) },
        ];
    }

    private static async Task<string?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var text = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            return text.Length == 0 ? null : text;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Absent, or in the middle of a swap: the next login reads it again.
            return null;
        }
    }
}
