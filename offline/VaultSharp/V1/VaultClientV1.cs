using VaultSharp.Core;
using VaultSharp.V1.AuthMethods;
using VaultSharp.V1.SecretsEngines;
using VaultSharp.V1.SystemBackend;

namespace VaultSharp.V1;

internal sealed class VaultClientV1(VaultRequests requests) : IVaultClientV1
{
    public ISecretsEngine Secrets { get; } = new SecretsEngine(requests);

    public IAuthMethod Auth { get; } = new AuthMethod(requests);

    public ISystemBackend System { get; } = new SystemBackendProvider(requests);
}
