namespace CreditSystem.AppHost.Hosting.Vault;

internal static class VaultContainerImageTags
{
    internal const string Registry = "docker.io";
    internal const string Image = "hashicorp/vault";
    internal const string Tag = "1.21";
}
