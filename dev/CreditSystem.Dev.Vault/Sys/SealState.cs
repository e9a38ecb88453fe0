using System.Security.Cryptography;
using System.Text;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary>Whether the server is sealed, and its one unseal key. It starts unsealed, as <c>vault server -dev</c> does.</summary>
internal sealed class SealState
{
    private const string KeyName = "seal/key";
    private volatile bool _isSealed;

    public SealState(VaultStorage storage)
    {
        if (storage.Get<string>(KeyName) is not { } key)
            storage.Put(KeyName, key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        if (storage.Get<string>("cluster/id") is not { } id)
            storage.Put("cluster/id", id = Guid.NewGuid().ToString());
        (UnsealKey, ClusterId) = (key, id);
    }

    public bool IsSealed => _isSealed;

    /// <summary>Base64.</summary>
    public string UnsealKey { get; }

    public string ClusterId { get; }

    public void Seal() => _isSealed = true;

    public void Unseal() => _isSealed = false;

    /// <exception cref="VaultFault">It is not the key.</exception>
    public void Unseal(string key)
    {
        if (Decode(key) is not { Length: > 0 } bytes)
            throw VaultFault.BadRequest("'key' must be a valid hex or base64 string");
        if (!CryptographicOperations.FixedTimeEquals(bytes, Convert.FromBase64String(UnsealKey)))
            throw VaultFault.BadRequest("failed to decrypt keys from storage: cipher: message authentication failed");
        Unseal();
    }

    private static byte[]? Decode(string key)
    {
        if (key.Length == 64 && key.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(key);
        var buffer = new byte[Encoding.UTF8.GetMaxByteCount(key.Length)];
        return Convert.TryFromBase64String(key, buffer, out var length) ? buffer[..length] : null;
    }
}
