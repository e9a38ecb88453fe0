using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Vault;

/// <summary>Ends the token, and with it the database users that were issued to it, when everything that needs them has stopped.</summary>
internal sealed class TokenRevocation(TokenRenewal renewal) : HostedLifecycle
{
    /// <summary>
    /// After the last request and the last background service: where Vault does not answer, the token ends with its lease.
    /// </summary>
    public override Task StoppedAsync(CancellationToken cancellationToken) => renewal.RevokeAllAsync().WaitAsync(cancellationToken);
}
