using VaultSharp.Core;
using VaultSharp.V1.Commons;

namespace VaultSharp.V1.SecretsEngines.KeyValue.V2;

internal sealed class KeyValueSecretsEngineV2(VaultRequests requests) : IKeyValueSecretsEngineV2
{
    public Task<Secret<SecretData>> ReadSecretAsync(string path, int? version = null, string mountPoint = null, string wrapTimeToLive = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var query = version is null ? "" : $"?version={version}";
        return requests.SendAsync<Secret<SecretData>>(HttpMethod.Get, $"{Mount(mountPoint)}/data/{path.Trim('/')}{query}", wrapTimeToLive: wrapTimeToLive);
    }

    public Task<Secret<CurrentSecretMetadata>> WriteSecretAsync<T>(string path, T data, int? checkAndSet = null, string mountPoint = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var body = new Dictionary<string, object> { ["data"] = data };
        if (checkAndSet is { } cas)
            body["options"] = new { cas };
        return requests.SendAsync<Secret<CurrentSecretMetadata>>(HttpMethod.Post, $"{Mount(mountPoint)}/data/{path.Trim('/')}", body);
    }

    public Task<Secret<ListInfo>> ReadSecretPathsAsync(string path, string mountPoint = null, string wrapTimeToLive = null) =>
        requests.SendAsync<Secret<ListInfo>>(HttpMethod.Get, $"{Mount(mountPoint)}/metadata/{path?.Trim('/')}?list=true", wrapTimeToLive: wrapTimeToLive);

    public Task<Secret<FullSecretMetadata>> ReadSecretMetadataAsync(string path, string mountPoint = null, string wrapTimeToLive = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return requests.SendAsync<Secret<FullSecretMetadata>>(HttpMethod.Get, $"{Mount(mountPoint)}/metadata/{path.Trim('/')}", wrapTimeToLive: wrapTimeToLive);
    }

    private static string Mount(string mountPoint) => (mountPoint ?? "kv-v2").Trim('/');
}
