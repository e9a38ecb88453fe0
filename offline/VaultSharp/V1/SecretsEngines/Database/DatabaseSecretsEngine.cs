using VaultSharp.Core;
using VaultSharp.V1.Commons;

namespace VaultSharp.V1.SecretsEngines.Database;

internal sealed class DatabaseSecretsEngine(VaultRequests requests) : IDatabaseSecretsEngine
{
    public Task<Secret<UsernamePasswordCredentials>> GetCredentialsAsync(string roleName, string mountPoint = null, string wrapTimeToLive = null) =>
        requests.SendAsync<Secret<UsernamePasswordCredentials>>(
            HttpMethod.Get, $"{(mountPoint ?? "database").Trim('/')}/creds/{roleName.Trim('/')}", wrapTimeToLive: wrapTimeToLive);

    public Task<Secret<StaticCredentials>> GetStaticCredentialsAsync(string roleName, string mountPoint = null, string wrapTimeToLive = null) =>
        requests.SendAsync<Secret<StaticCredentials>>(
            HttpMethod.Get, $"{(mountPoint ?? "database").Trim('/')}/static-creds/{roleName.Trim('/')}", wrapTimeToLive: wrapTimeToLive);
}
