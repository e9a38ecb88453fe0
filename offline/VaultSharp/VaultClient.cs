using VaultSharp.Core;
using VaultSharp.V1;

namespace VaultSharp;

public class VaultClient(VaultClientSettings vaultClientSettings) : IVaultClient
{
    public IVaultClientV1 V1 { get; } = new VaultClientV1(new VaultRequests(vaultClientSettings));
}
