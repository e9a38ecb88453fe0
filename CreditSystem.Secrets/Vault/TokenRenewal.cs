using System.Net;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Vault;

/// <summary>
/// Keeps a token that works. It renews at about two thirds of the lease, and logs in again where renewal cannot help: near
/// the max TTL, close to the end, after a revocation, and when another secret_id has come. The new token is in use, and
/// what depends on the old one has been issued again, before the old one is revoked.
/// </summary>
/// <param name="beforeRevocation">
/// Asked with the token that is about to be revoked: false keeps it, because something still depends on it.
/// </param>
public sealed partial class TokenRenewal(
    VaultSession session, SecretsMetrics metrics, TimeProvider time, ILogger logger, Func<VaultToken, CancellationToken,
    Task<bool>>? beforeRevocation = null)
    : BackgroundService
{
    // A token that another part of the service has obtained may have a shorter lease than the one that was waited for.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly Signal _wakeUp = new();
    private readonly Backoff _backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), time);
    private readonly TokenRetirement _retirement = new(session, time, logger, beforeRevocation);
    private volatile bool _hasNewCredentials;

    /// <summary>Done when no replaced token waits for its revocation.</summary>
    internal Task Retirement => _retirement.Done;

    /// <summary>Another secret_id has come: it is tried at once, beside the token in use.</summary>
    public void UseNewCredentials()
    {
        _hasNewCredentials = true;
        session.RetryNow();
        _wakeUp.Raise();
    }

    /// <summary>Ends every token that is left, for the end of the service: each would be good for the rest of its lease.</summary>
    public Task RevokeAllAsync() => _retirement.RevokeAllAsync(session.Current);

    /// <summary>Does what is due now. How long nothing else is.</summary>
    internal async Task<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DoWhatIsDueAsync(cancellationToken);
            _backoff.Reset();
        }
        catch (VaultUnavailableException exception)
        {
            var wait = _backoff.Failed();
            TokenRenewalLog.Failed(logger, exception.Message);
            return wait;
        }

        return session.Current is { } token && Due(token) - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var wait = await StepAsync(stoppingToken);
            await _wakeUp.WaitAsync(wait < LongestWait ? wait : LongestWait, time, stoppingToken);
        }
    }

    private static DateTimeOffset Due(VaultToken token) => token.DueAt < token.HardDeadline ? token.DueAt : token.HardDeadline;

    private async Task DoWhatIsDueAsync(CancellationToken cancellationToken)
    {
        if (session.Current is not { } token)
        {
            await session.GetTokenAsync(cancellationToken);
            _hasNewCredentials = false;
        }
        else if (_hasNewCredentials)
        {
            await UseThemAsync(token, cancellationToken);
        }
        else if (time.GetUtcNow() < Due(token))
        {
            return;
        }
        else if (token.IsFinal || time.GetUtcNow() >= token.HardDeadline)
        {
            await ReplaceOrRenewAsync(token, cancellationToken);
        }
        else
        {
            await RenewAsync(token, cancellationToken);
        }
    }

    /// <summary>
    /// A login with the new credentials. Until one has been tried in earnest they stay new, and the token in use is renewed all the same.
    /// </summary>
    private async Task UseThemAsync(VaultToken token, CancellationToken cancellationToken)
    {
        try
        {
            _hasNewCredentials = false;
            await ReplaceAsync(cancellationToken);
        }
        catch (VaultUnavailableException exception)
        {
            // A rejected secret_id is not sent again; away, locked or limited is another matter.
            _hasNewCredentials |= exception.StatusCode != HttpStatusCode.BadRequest;
            if (time.GetUtcNow() >= Due(token) && !token.IsBatch)
                await RenewAsync(token, cancellationToken);
            throw;
        }
    }

    /// <summary>The parallel login; where the secret_id is no longer good, what a renewal can still give is taken.</summary>
    private async Task ReplaceOrRenewAsync(VaultToken token, CancellationToken cancellationToken)
    {
        try
        {
            await ReplaceAsync(cancellationToken);
        }
        catch (VaultUnavailableException) when (!token.IsBatch)
        {
            await RenewAsync(token, cancellationToken);
            // Renewed or not, the login is still wanted, and its failure is what is told.
            throw;
        }
    }

    private async Task RenewAsync(VaultToken token, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        using var activity = SecretsMetrics.Tracing.StartActivity("vault.token.renew");
        try
        {
            var granted = await token.Client.V1.Auth.Token.RenewSelfAsync(
                $"{(long)token.Asked.TotalSeconds}s").WaitAsync(cancellationToken);
            var renewed = token.Renewed(now, TimeSpan.FromSeconds(granted.LeaseDurationSeconds), granted.Renewable);
            session.Adopt(token, renewed);
            metrics.Renewed(renewed.IsFinal ? "capped" : "renewed");
            if (renewed.IsFinal && !token.IsFinal)
                TokenRenewalLog.MaxTtlNear(logger, renewed.Lease.TotalSeconds, token.Asked.TotalSeconds);
        }
        catch (VaultUnavailableException exception) when (exception.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden)
        {
            // Not renewable, expired or revoked: which of them makes no difference to what is to be done.
            metrics.Renewed("refused");
            TokenRenewalLog.Refused(logger, exception.Message);
            if (exception.StatusCode == HttpStatusCode.Forbidden)
                session.Forget(token);
            await ReplaceAsync(cancellationToken);
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            metrics.Renewed("failed");
            throw VaultUnavailableException.From(exception);
        }
    }

    private async Task ReplaceAsync(CancellationToken cancellationToken)
    {
        var before = await session.ReplaceAsync(cancellationToken);
        metrics.Replaced();
        if (before is not null && before.ExpiresAt > time.GetUtcNow())
            _retirement.Begin(before, cancellationToken);
    }

    private static partial class TokenRenewalLog
    {
        [LoggerMessage(2003, LogLevel.Warning, "The token could be neither renewed nor replaced, and it is tried again: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(2004, LogLevel.Information,
            "A renewal has given {GrantedSeconds:F0} s of {AskedSeconds:F0} s: the max TTL is near, the next is a login")]
        public static partial void MaxTtlNear(ILogger logger, double grantedSeconds, double askedSeconds);

        [LoggerMessage(2005, LogLevel.Warning, "Vault has refused to renew the token; logging in again. {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
