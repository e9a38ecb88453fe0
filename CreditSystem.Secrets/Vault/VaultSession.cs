using System.Diagnostics;
using System.Net;
using CreditSystem.Secrets.Vault.AppRole;
using CreditSystem.ServiceDefaults;
using VaultSharp;

namespace CreditSystem.Secrets.Vault;

/// <summary>Calls Vault with a token that works: logs in when there is none, and again when Vault no longer knows it.</summary>
public sealed class VaultSession(VaultLogin login, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Backoff _backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), time);
    private VaultUnavailableException? _lastFailure;
    private volatile VaultToken? _current;

    /// <summary>The token in use, null before the first login and after it has expired or been revoked.</summary>
    public VaultToken? Current => _current is { } token && token.ExpiresAt > time.GetUtcNow() ? token : null;

    /// <exception cref="VaultUnavailableException">Vault gave no answer, or denies it.</exception>
    public Task<T> CallAsync<T>(Func<IVaultClient, Task<T>> call, CancellationToken cancellationToken) =>
        CallWithTokenAsync(token => call(token.Client), cancellationToken);

    /// <summary>As the other, for what VaultSharp has no method for.</summary>
    /// <exception cref="VaultUnavailableException">Vault gave no answer, or denies it.</exception>
    public Task<T> ExchangeAsync<T>(Func<VaultChannel, Task<T>> call, CancellationToken cancellationToken) =>
        CallWithTokenAsync(token => call(token.Channel), cancellationToken);

    private async Task<T> CallWithTokenAsync<T>(Func<VaultToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await TryWithTokenAsync(call, cancellationToken);
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            throw VaultUnavailableException.From(exception);
        }
    }

    /// <summary>
    /// The current token, after a login if need be. Callers at the same time share one login, and a failure holds off the next.
    /// </summary>
    /// <exception cref="VaultUnavailableException">There is none.</exception>
    public async Task<VaultToken> GetTokenAsync(CancellationToken cancellationToken)
    {
        if (Current is { } known)
            return known;
        using var turn = await _gate.EnterAsync(cancellationToken);
        return Current ?? await LoginAsync(cancellationToken);
    }

    /// <summary>Logs in while the current token still works, and takes the new one. The one before, for the caller to revoke.</summary>
    /// <exception cref="VaultUnavailableException">The current token stays.</exception>
    public async Task<VaultToken?> ReplaceAsync(CancellationToken cancellationToken)
    {
        using var turn = await _gate.EnterAsync(cancellationToken);
        var before = _current;
        await LoginAsync(cancellationToken);
        return before;
    }

    /// <summary>Names the token that a client carries; empty when it has been replaced meanwhile.</summary>
    public string AccessorOf(IVaultClient client) => _current is { } token && token.Client == client ? token.Accessor : "";

    /// <summary>Takes over a renewed lease, unless the token has been replaced meanwhile.</summary>
    public void Adopt(VaultToken token, VaultToken renewed) => Interlocked.CompareExchange(ref _current, renewed, token);

    /// <summary>Another secret_id has arrived: it is tried at once.</summary>
    public void RetryNow() => _backoff.Reset();

    /// <summary>Ends a token, with everything that was issued to it. False where that fails: then it ends with its lease.</summary>
    public async Task<bool> RevokeAsync(VaultToken token)
    {
        // A batch token cannot be revoked: to be forgotten is all that can be done, and nobody need be told that.
        if (token.IsBatch)
        {
            Forget(token);
            return true;
        }

        try
        {
            await token.Client.V1.Auth.Token.RevokeSelfAsync();
            Forget(token);
            return true;
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            return false;
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>Vault no longer knows it.</summary>
    public void Forget(VaultToken token) => Interlocked.CompareExchange(ref _current, null, token);

    private async Task<T> TryWithTokenAsync<T>(Func<VaultToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var token = await GetTokenAsync(cancellationToken);
        try
        {
            return await call(token).WaitAsync(cancellationToken);
        }
        catch (VaultUnavailableException exception) when (exception.StatusCode == HttpStatusCode.Forbidden)
        {
            // A policy's denial and a token that is gone look alike; only the token can tell.
            if (await IsAliveAsync(token, cancellationToken))
                throw;
        }

        Forget(token);
        token = await GetTokenAsync(cancellationToken);
        return await call(token).WaitAsync(cancellationToken);
    }

    private async Task<VaultToken> LoginAsync(CancellationToken cancellationToken)
    {
        if (_backoff.IsHolding && _lastFailure is { } failure)
            throw failure;
        using var activity = SecretsMetrics.Tracing.StartActivity("vault.login");
        try
        {
            var token = await login.LoginAsync(cancellationToken);
            _backoff.Reset();
            _current = token;
            return token;
        }
        catch (VaultUnavailableException exception)
        {
            _backoff.Failed();
            _lastFailure = new VaultUnavailableException(exception.Message, exception.StatusCode, exception.Errors) { IsOfLogin = true };
            activity?.SetStatus(ActivityStatusCode.Error);
            throw _lastFailure;
        }
    }

    private static async Task<bool> IsAliveAsync(VaultToken token, CancellationToken cancellationToken)
    {
        try
        {
            await token.Client.V1.Auth.Token.LookupSelfAsync().WaitAsync(cancellationToken);
            return true;
        }
        catch (VaultUnavailableException exception) when (exception.StatusCode == HttpStatusCode.Forbidden)
        {
            return false;
        }
    }
}
