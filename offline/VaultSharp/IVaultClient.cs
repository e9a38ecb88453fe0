using VaultSharp.V1;

namespace VaultSharp;

public interface IVaultClient
{
    IVaultClientV1 V1 { get; }
}
