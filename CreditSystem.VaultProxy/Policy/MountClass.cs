namespace CreditSystem.VaultProxy.Policy;

/// <summary>What a route belongs to; the label of metrics and of the access log, so that neither ever carries a path.</summary>
internal enum MountClass
{
    Unknown,
    Kv,
    Login,
    Token,
    AppRole,
    Transit,
    Database,
    Pki,
    Lease,
    Wrapping,
    Sys,
    Custom,
}
