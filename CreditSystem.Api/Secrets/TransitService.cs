using System.Text;
using VaultSharp.V1.SecretsEngines.Transit;

namespace CreditSystem.Api.Secrets;

/// <summary>Encrypts by Vault's transit engine: the key never leaves Vault, and each text names the version of the key that it is under.</summary>
internal sealed class TransitService(VaultOptions options, VaultSession session)
{
    /// <summary>What every text of the engine begins with.</summary>
    public const string Prefix = "vault:v";

    public bool IsEnabled => options.Address is not null && options.Transit.Enabled;

    /// <param name="plain">What to encrypt.</param>
    /// <param name="context">Where the key is a derived one, the text decrypts in this context only.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VaultUnavailableException">Vault does not answer, has no such key or denies it.</exception>
    public async Task<string> EncryptAsync(byte[] plain, string context, CancellationToken cancellationToken)
    {
        var request = new EncryptRequestOptions { Base64EncodedPlainText = Convert.ToBase64String(plain), Base64EncodedContext = Encode(context) };
        return (await session.CallAsync(client => client.V1.Secrets.Transit.EncryptAsync(options.Transit.Key, request, options.Transit.MountPoint), cancellationToken)).Data.CipherText;
    }

    /// <exception cref="VaultUnavailableException">Vault does not answer, or cannot decrypt it.</exception>
    public async Task<byte[]> DecryptAsync(string text, string context, CancellationToken cancellationToken)
    {
        var request = new DecryptRequestOptions { CipherText = text, Base64EncodedContext = Encode(context) };
        var decrypted = await session.CallAsync(client => client.V1.Secrets.Transit.DecryptAsync(options.Transit.Key, request, options.Transit.MountPoint), cancellationToken);
        return Convert.FromBase64String(decrypted.Data.Base64EncodedPlainText);
    }

    /// <summary>The same under the newest version of the key, without the plain text ever leaving Vault.</summary>
    /// <exception cref="VaultUnavailableException">Vault does not answer, or cannot decrypt it.</exception>
    public async Task<string> RewrapAsync(string text, string context, CancellationToken cancellationToken)
    {
        var request = new RewrapRequestOptions { CipherText = text, Base64EncodedContext = Encode(context) };
        return (await session.CallAsync(client => client.V1.Secrets.Transit.RewrapAsync(options.Transit.Key, request, options.Transit.MountPoint), cancellationToken)).Data.CipherText;
    }

    private static string Encode(string context) => Convert.ToBase64String(Encoding.UTF8.GetBytes(context));
}
