using CreditSystem.Secrets.Database;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Rotation;

// How one generation follows another.
public abstract partial class Connection<TClient>
{
    /// <summary>
    /// Connects anew with what is configured, and says in the health when the server refuses it. A server that is away
    /// refuses nothing, and is not told about here.
    /// </summary>
    public async Task VerifyCredentialsAsync(CancellationToken cancellationToken)
    {
        if (Configured is { } configured)
            Report(configured, await ProbeAsync(configured, cancellationToken));
    }

    /// <summary>
    /// Keeps the client in line with the secrets: at each change, and ever more slowly while the server does not accept it.
    /// </summary>
    private async Task FollowSecretsAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var wait = Timeout.InfiniteTimeSpan;
                if (await ApplyConfigurationAsync(cancellationToken))
                    _backoff.Reset();
                else
                    wait = _backoff.Failed();
                if (await _changes.WaitAsync(wait, _time, cancellationToken))
                    _backoff.Reset();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The application stops.
        }
    }

    /// <summary>False when the server does not accept what is configured.</summary>
    private async Task<bool> ApplyConfigurationAsync(CancellationToken cancellationToken)
    {
        if (Configured is not { } configured)
        {
            await DisconnectAsync(cancellationToken);
            return true;
        }

        // Back at what is in use: what was said of another may be over.
        if (_isReported && _current?.Target == configured)
            await VerifyCredentialsAsync(cancellationToken);
        return await TrySwapAsync(configured, cancellationToken);
    }

    private void Report(ConnectionTarget target, ProbeResult result)
    {
        if (result.IsRefused && target == Configured)
        {
            Log.NotAccepted(_logger, Section, result.Reason);
            _isReported = true;
            _reasons.Report(
                $"{Section}-credentials",
                $"{Section}: the server refuses the configured credentials; open connections stay in use, and a restart would fail.");
        }
        else if (result.IsAccepted && target == Configured)
        {
            _isReported = false;
            _reasons.Withdraw($"{Section}-credentials");
        }
    }

    /// <summary>The credentials may no longer be used: Vault has not confirmed them for too long.</summary>
    private async Task DisconnectAsync(CancellationToken cancellationToken)
    {
        using var turn = await _swap.EnterAsync(cancellationToken);
        if (_current is not { } before || Configured is not null)
            return;
        _current = null;
        Log.Disconnected(_logger, Name);
        Retire(before);
    }

    private void Retire(ConnectionGeneration<TClient> before)
    {
        var ended = before.RetireAsync(_options.Grace, _options.DrainTimeout, _time);
        lock (_lock)
            _retirements = Task.WhenAll(_retirements, ended);
    }

    private async Task<bool> TrySwapAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        using var turn = await _swap.EnterAsync(cancellationToken);
        if (_current is not { } before || before.Target == target)
            return true;
        // From a changed credential to the client that uses it.
        using var activity = ConnectionMetrics.Tracing.StartActivity("connection.rotate")?.SetTag("connection.name", Name);
        var result = await ProbeAsync(target, cancellationToken);
        Report(target, result);
        if (!result.IsAccepted)
        {
            Log.NotAccepted(_logger, Section, result.Reason);
            return false;
        }

        // Connecting may block its thread, as Redis' client does.
        var next = await Task.Run(() => Open(target, ++_generations), cancellationToken);
        _current = next;
        Log.TakenOver(_logger, Name, next.Number);
        Retire(before);
        return true;
    }

    /// <summary>
    /// On a connection of its own: one that is open already, or that a client makes again by itself, does not say why it fails.
    /// </summary>
    private async Task<ProbeResult> ProbeAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        try
        {
            // Connecting may block its thread, as Redis' client does.
            await Task.Run(
                () => ConnectAsync(target, cancellationToken), cancellationToken).WaitAsync(ConnectTimeout * 2, _time, cancellationToken);
            return new ProbeResult(IsAccepted: true, IsRefused: false, "");
        }
#pragma warning disable CA1031 // A certificate that cannot be read, a server that is away: whatever it is, it is the result.
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            var isRefused = IsAuthenticationFailure(exception);
            return new ProbeResult(IsAccepted: false, isRefused, isRefused ? "it refuses the credentials" : exception.GetType().Name);
        }
#pragma warning restore CA1031
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
            Log.Refused(_logger, Name);
        var deadline = _time.GetUtcNow() + (isRefused ? _options.CredentialPatience : TimeSpan.Zero);
        for (var isFirst = true; ; isFirst = false)
        {
            // Once: each time could issue one more user, of the database engine.
            await RefreshAsync(wereRefused: isFirst && isRefused, cancellationToken);
            if (_current != failed)
                return true;
            if (Configured is { } configured && configured != failed.Target && await TrySwapAsync(configured, cancellationToken))
                return true;
            if (_time.GetUtcNow() >= deadline)
                return false;
            await Task.Delay(RetryDelay, _time, cancellationToken);
        }
    }

    /// <summary>What a server says to a connection that has just been made.</summary>
    /// <param name="IsAccepted">It lets us in.</param>
    /// <param name="IsRefused">It does not, because of the credentials.</param>
    /// <param name="Reason">Why not, without the server's words.</param>
    private readonly record struct ProbeResult(bool IsAccepted, bool IsRefused, string Reason);
}
