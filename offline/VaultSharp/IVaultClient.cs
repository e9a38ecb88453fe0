using VaultSharp.V1;

namespace VaultSharp;

public interface IVaultClient
{
    VaultClientSettings Settings { get; }

    IVaultClientV1 V1 { get; }
}
