namespace CreditSystem.Secrets.Vault;

/// <summary>Ends the token, and with it the database users that were issued to it, when everything that needs them has stopped.</summary>
internal sealed class TokenRevocation(TokenRenewal renewal) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// After the last request and the last background service: where Vault does not answer, the token ends with its lease.
    /// </summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => renewal.RevokeAllAsync().WaitAsync(cancellationToken);
}
