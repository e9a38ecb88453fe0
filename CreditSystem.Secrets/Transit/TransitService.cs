using System.Net;
using System.Text;
using CreditSystem.Secrets.Vault;
using VaultSharp.V1.SecretsEngines.Transit;

namespace CreditSystem.Secrets.Transit;

/// <summary>
/// Encrypts by Vault's transit engine: the key never leaves Vault, and each text names the version of the key that it is under.
/// </summary>
public sealed class TransitService(VaultOptions options, VaultSession session)
{
    /// <summary>What every text of the engine begins with.</summary>
    public const string Prefix = "vault:v";

    /// <summary>
    /// OpenBao refuses a body with more than 1,000 strings, keys and values together; an item has five at most, and there is something
    /// around them.
    /// </summary>
    internal const int MaxBatch = (1_000 - 20) / 5;

    public bool IsEnabled => options.Address is not null && options.Transit.Enabled;

    /// <param name="plain">What to encrypt.</param>
    /// <param name="context">Where the key is a derived one, the text decrypts in this context only.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VaultUnavailableException">Vault does not answer, has no such key or denies it.</exception>
    public async Task<string> EncryptAsync(byte[] plain, string context, CancellationToken cancellationToken)
    {
        var request = new EncryptRequestOptions
        {
            Base64EncodedPlainText = Convert.ToBase64String(plain),
            Base64EncodedContext = Encode(context)
        };
        return (
            await session.CallAsync(client => client.V1.Secrets.Transit.EncryptAsync(options.Transit.Key, request,
            options.Transit.MountPoint), cancellationToken)).Data.CipherText;
    }

    /// <exception cref="VaultUnavailableException">Vault does not answer, or cannot decrypt it.</exception>
    public async Task<byte[]> DecryptAsync(string text, string context, CancellationToken cancellationToken)
    {
        var request = new DecryptRequestOptions { CipherText = text, Base64EncodedContext = Encode(context) };
        var decrypted = await session.CallAsync(
            client => client.V1.Secrets.Transit.DecryptAsync(options.Transit.Key, request, options.Transit.MountPoint), cancellationToken);
        return Convert.FromBase64String(decrypted.Data.Base64EncodedPlainText);
    }

    /// <summary>As many as there are, in as few calls as a body allows. A text that Vault cannot decrypt is null.</summary>
    /// <exception cref="VaultUnavailableException">Vault does not answer.</exception>
    public async Task<IReadOnlyList<byte[]?>> DecryptManyAsync(
        IReadOnlyList<(string Text, string Context)> texts, CancellationToken cancellationToken)
    {
        var decrypted = new List<byte[]?>(texts.Count);
        foreach (var batch in texts.Chunk(MaxBatch))
        {
            var request = new DecryptRequestOptions
            {
                BatchedDecryptionItems = [.. batch.Select(each => new DecryptionItem { CipherText = each.Text,
                    Base64EncodedContext = Encode(each.Context) })],
            };
            try
            {
                var answer = await session.CallAsync(
                    client => client.V1.Secrets.Transit.DecryptAsync(options.Transit.Key, request, options.Transit.MountPoint),
                    cancellationToken);
                decrypted.AddRange(
                    answer.Data.BatchedResults.Select(each =>
                        each.Base64EncodedPlainText is { } plain ? Convert.FromBase64String(plain) : null));
            }
            catch (VaultUnavailableException exception) when (exception.StatusCode == HttpStatusCode.BadRequest)
            {
                // One bad text fails the batch; who needs it finds out by itself.
                decrypted.AddRange(batch.Select(_ => (byte[]?)null));
            }
        }

        return decrypted;
    }

    /// <summary>
    /// The same under the newest version of the key, in as few calls as a body allows, without the plain texts ever leaving Vault.
    /// </summary>
    /// <exception cref="VaultUnavailableException">Vault does not answer, or cannot decrypt one of them.</exception>
    public async Task<IReadOnlyList<string>> RewrapManyAsync(
        IReadOnlyList<(string Text, string Context)> texts, CancellationToken cancellationToken)
    {
        var rewrapped = new List<string>(texts.Count);
        foreach (var batch in texts.Chunk(MaxBatch))
        {
            var request = new RewrapRequestOptions
            {
                BatchedRewrapItems = [.. batch.Select(each => new RewrapItem { CipherText = each.Text,
                    Base64EncodedContext = Encode(each.Context) })],
            };
            var answer = await session.CallAsync(
                client => client.V1.Secrets.Transit.RewrapAsync(options.Transit.Key, request, options.Transit.MountPoint),
                cancellationToken);
            // Here a bad text is an error inside of a 200.
            rewrapped.AddRange(answer.Data.BatchedResults.Select(each => each.CipherText is { Length: > 0 } text
                ? text
                : throw new VaultUnavailableException(
                    $"POST {options.Transit.MountPoint}/rewrap/{options.Transit.Key}: Vault cannot rewrap one of {batch.Length} texts.",
                    HttpStatusCode.BadRequest)));
        }

        return rewrapped;
    }

    private static string Encode(string context) => Convert.ToBase64String(Encoding.UTF8.GetBytes(context));
}
