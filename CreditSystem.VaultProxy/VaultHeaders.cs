namespace CreditSystem.VaultProxy;

internal static class VaultHeaders
{
    internal const string Prefix = "X-Vault-";
    internal const string Token = "X-Vault-Token";
    internal const string Namespace = "X-Vault-Namespace";
    internal const string Request = "X-Vault-Request";
    internal const string WrapTtl = "X-Vault-Wrap-TTL";
    internal const string Index = "X-Vault-Index";
    internal const string NoForwarding = "X-Vault-No-Request-Forwarding";
    internal const string ForwardedFor = "X-Forwarded-For";
}
