using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Api.Connections;

// How one generation follows another.
internal sealed partial class Connection<TClient>
{
    /// <summary>Brings the client in line with the configuration, and tries until the server accepts it or it changes again.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (Configured is null)
            {
                await GiveUpAsync(cancellationToken);
                return;
            }

            while (_current is { } current && Configured is { } configured && configured != current.ConnectionString)
            {
                if (await TrySucceedAsync(configured, cancellationToken))
                    return;
                await Task.Delay(RetryDelay * 5, _time, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The application stops.
        }
    }

    /// <summary>The credentials may no longer be used: Vault has not confirmed them for too long.</summary>
    private async Task GiveUpAsync(CancellationToken cancellationToken)
    {
        await _swap.WaitAsync(cancellationToken);
        try
        {
            if (_current is not { } before || Configured is not null)
                return;
            _current = null;
            Log.GivenUp(_logger, _kind.Name);
            Retire(before);
        }
        finally
        {
            _swap.Release();
        }
    }

    private void Retire(ConnectionGeneration<TClient> before)
    {
        var ended = before.RetireAsync(_options.Grace, _options.DrainTimeout, _time);
        lock (_lock)
            _retirements = Task.WhenAll(_retirements, ended);
    }

    private async Task<bool> TrySucceedAsync(string connectionString, CancellationToken cancellationToken)
    {
        await _swap.WaitAsync(cancellationToken);
        try
        {
            if (_current is not { } before || before.ConnectionString == connectionString)
                return true;
            using var activity = ConnectionTracing.Succeed(_kind.Name);
            var next = Create(connectionString);
            if (await ProbeAsync(next, cancellationToken) is { } reason)
            {
                Log.NotAccepted(_logger, _kind.Name, reason);
                await next.DisposeAsync();
                return false;
            }

            _current = next;
            Log.TakenOver(_logger, _kind.Name, next.Number);
            Retire(before);
            return true;
        }
        finally
        {
            _swap.Release();
        }
    }

    /// <summary>Null when the server accepts the client; otherwise why not, without the server's words.</summary>
    private async Task<string?> ProbeAsync(ConnectionGeneration<TClient> generation, CancellationToken cancellationToken)
    {
        try
        {
            // Connecting may block its thread, as Redis' client does.
            var report = await Task.Run(() => generation.CheckHealthAsync(cancellationToken), cancellationToken).WaitAsync(_options.ConnectTimeout * 2, _time, cancellationToken);
            return report.Status == HealthStatus.Healthy ? null : report.Entries.Values.FirstOrDefault().Exception?.GetType().Name ?? "unhealthy";
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return exception.GetType().Name;
        }
    }

    /// <summary>
    /// True when another generation is in place. All operations that fail at the same time share one recovery. A refusal is
    /// waited out for a while: the server may know a password before Vault does. A server that is merely away is not, and
    /// is asked about once a second at most.
    /// </summary>
    private Task<bool> RecoverTogetherAsync(ConnectionGeneration<TClient> failed, bool isRefused)
    {
        lock (_lock)
        {
            if (_current != failed)
                return Task.FromResult(true);
            if (_recovery is { IsCompleted: false })
                return _recovery;
            if (!isRefused && _time.GetUtcNow() - _recoveredAt < TimeSpan.FromSeconds(1))
                return Task.FromResult(false);
            _recoveredAt = _time.GetUtcNow();
            return _recovery = Task.Run(() => RecoverAsync(failed, isRefused, _stopping.Token));
        }
    }

    private async Task<bool> RecoverAsync(ConnectionGeneration<TClient> failed, bool isRefused, CancellationToken cancellationToken)
    {
        if (isRefused)
            Log.Refused(_logger, _kind.Name);
        var deadline = _time.GetUtcNow() + (isRefused ? _options.CredentialPatience : TimeSpan.Zero);
        for (var isFirst = true; ; isFirst = false)
        {
            // Once: each time could issue one more user, of the database engine.
            await _secrets.RefreshAsync(cancellationToken, wasDatabaseRefused: isFirst && isRefused && _kind.Name == ConnectionNames.Mongo);
            if (_current != failed)
                return true;
            if (Configured is { } configured && configured != failed.ConnectionString && await TrySucceedAsync(configured, cancellationToken))
                return true;
            if (_time.GetUtcNow() >= deadline)
                return false;
            await Task.Delay(RetryDelay, _time, cancellationToken);
        }
    }
}
