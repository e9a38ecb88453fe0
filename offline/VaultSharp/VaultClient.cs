using VaultSharp.Core;
using VaultSharp.V1;

namespace VaultSharp;

public class VaultClient : IVaultClient
{
    public VaultClient(VaultClientSettings vaultClientSettings)
    {
        Settings = vaultClientSettings;
        V1 = new VaultClientV1(new VaultRequests(vaultClientSettings));
    }

    public VaultClientSettings Settings { get; }

    public IVaultClientV1 V1 { get; }
}
