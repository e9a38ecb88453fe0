using VaultSharp.Core;
using VaultSharp.V1.Commons;

namespace VaultSharp.V1.SecretsEngines.Transit;

internal sealed class TransitSecretsEngine(VaultRequests requests) : ITransitSecretsEngine
{
    public Task<Secret<EncryptionResponse>> EncryptAsync(string keyName, EncryptRequestOptions encryptRequestOptions, string mountPoint = null, string wrapTimeToLive = null) =>
        requests.SendAsync<Secret<EncryptionResponse>>(HttpMethod.Post, Path(mountPoint, "encrypt", keyName), encryptRequestOptions, wrapTimeToLive);

    public Task<Secret<DecryptionResponse>> DecryptAsync(string keyName, DecryptRequestOptions decryptRequestOptions, string mountPoint = null, string wrapTimeToLive = null) =>
        requests.SendAsync<Secret<DecryptionResponse>>(HttpMethod.Post, Path(mountPoint, "decrypt", keyName), decryptRequestOptions, wrapTimeToLive);

    public Task<Secret<EncryptionResponse>> RewrapAsync(string keyName, RewrapRequestOptions rewrapRequestOptions, string mountPoint = null, string wrapTimeToLive = null) =>
        requests.SendAsync<Secret<EncryptionResponse>>(HttpMethod.Post, Path(mountPoint, "rewrap", keyName), rewrapRequestOptions, wrapTimeToLive);

    private static string Path(string mountPoint, string operation, string keyName) =>
        $"{(mountPoint ?? "transit").Trim('/')}/{operation}/{keyName.Trim('/')}";
}
