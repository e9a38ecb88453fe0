using System.Collections.Concurrent;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Vault;

/// <summary>Ends replaced tokens, one after the other, once what depends on them has been issued again.</summary>
/// <param name="beforeRevocation">
/// Asked with the token that is about to be revoked: false keeps it, because something still depends on it.
/// </param>
internal sealed partial class TokenRetirement(
    VaultSession session, TimeProvider time, ILogger logger, Func<VaultToken, CancellationToken, Task<bool>>? beforeRevocation)
{
    private static readonly TimeSpan RevocationTimeout = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<VaultToken, byte> _retiring = [];

    /// <summary>Done when no replaced token waits for its revocation.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    public void Begin(VaultToken token, CancellationToken cancellationToken) => Done = RetireAsync(token, Done, cancellationToken);

    /// <summary>Ends what is left, and the users issued to it.</summary>
    /// <param name="current">The token in use.</param>
    public async Task RevokeAllAsync(VaultToken? current)
    {
        foreach (var token in _retiring.Keys.Append(current).OfType<VaultToken>().ToArray())
            await RevokeAsync(token);
    }

    private async Task RetireAsync(VaultToken token, Task earlier, CancellationToken cancellationToken)
    {
        _retiring[token] = 0;
        await earlier;
        try
        {
            if (beforeRevocation is not null
                && !await beforeRevocation(token, cancellationToken).WaitAsync(RevocationTimeout, time, cancellationToken))
            {
                TokenRetirementLog.Kept(logger);
                return;
            }

            await RevokeAsync(token);
            _retiring.TryRemove(token, out _);
        }
        catch (TimeoutException)
        {
            // It ends by itself with its lease, or with the service.
            TokenRetirementLog.Kept(logger);
        }
        catch (OperationCanceledException)
        {
            // The service ends, and its tokens with it.
        }
    }

    /// <summary>Ends a token, with everything that was issued to it. Where that fails it ends with its lease.</summary>
    private async Task RevokeAsync(VaultToken token)
    {
        if (!await session.RevokeAsync(token))
            TokenRetirementLog.Kept(logger);
    }

    private static partial class TokenRetirementLog
    {
        [LoggerMessage(2006, LogLevel.Warning, "The replaced token is not revoked, it ends with its lease")]
        public static partial void Kept(ILogger logger);
    }
}

/// <summary>Ends the token, and with it the database users that were issued to it, when everything that needs them has stopped.</summary>
internal sealed class TokenRevocation(TokenRenewal renewal) : HostedLifecycle
{
    /// <summary>
    /// After the last request and the last background service: where Vault does not answer, the token ends with its lease.
    /// </summary>
    public override Task StoppedAsync(CancellationToken cancellationToken) => renewal.RevokeAllAsync().WaitAsync(cancellationToken);
}
