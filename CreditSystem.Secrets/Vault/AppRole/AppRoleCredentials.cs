using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Secrets.Vault.AppRole;

/// <summary>What a login sends. Its text never holds the secret_id.</summary>
/// <param name="RoleId">Names the role.</param>
/// <param name="SecretId">The secret_id, or the token that wraps it.</param>
/// <param name="IsWrapped">Whether it has to be unwrapped first.</param>
public sealed record AppRoleCredentials(string RoleId, string SecretId, bool IsWrapped = false)
{
    /// <summary>Tells two of them apart without giving either away.</summary>
    public string Fingerprint { get; } = Hash($"{RoleId}\n{SecretId}");

    /// <summary>Tells two roles apart without giving the role_id away.</summary>
    public string RoleFingerprint => Hash(RoleId)[..16];

    public override string ToString() => nameof(AppRoleCredentials);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
