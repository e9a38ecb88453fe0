using VaultSharp.V1.Commons;

namespace VaultSharp.V1.SecretsEngines.Database;

public interface IDatabaseSecretsEngine
{
    Task<Secret<UsernamePasswordCredentials>> GetCredentialsAsync(string roleName, string mountPoint = null, string wrapTimeToLive = null);

    Task<Secret<StaticCredentials>> GetStaticCredentialsAsync(string roleName, string mountPoint = null, string wrapTimeToLive = null);
}
