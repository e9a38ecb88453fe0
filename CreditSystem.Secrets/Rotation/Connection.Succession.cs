namespace CreditSystem.Secrets.Rotation;

// How one generation follows another.
public sealed partial class Connection<TClient>
{
    /// <summary>Keeps the client in line with the configuration: at each change, and ever more slowly while the server does not accept it.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var attempts = 0;
        try
        {
            while (true)
            {
                attempts = await TryFollowAsync(cancellationToken) ? 0 : attempts + 1;
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var change = _changes.Reader.WaitToReadAsync(waiting.Token).AsTask();
                await Task.WhenAny(change, Task.Delay(attempts == 0 ? Timeout.InfiniteTimeSpan : RetryDelay * Math.Min(5 << Math.Min(attempts - 1, 6), 75), _time, waiting.Token));
                await waiting.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
                if (_changes.Reader.TryRead(out _))
                    attempts = 0;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The application stops.
        }
    }

    /// <summary>False when the server does not accept what is configured.</summary>
    private async Task<bool> TryFollowAsync(CancellationToken cancellationToken)
    {
        if (Configured is not { } configured)
        {
            await GiveUpAsync(cancellationToken);
            return true;
        }

        // Back at what is in use: what was said of another may be over.
        if (_isReported && _current?.Target == configured)
            await VerifyCredentialsAsync(cancellationToken);
        return await TrySucceedAsync(configured, cancellationToken);
    }

    /// <summary>
    /// Connects anew with what is configured, and says in the health when the server refuses it. A server that is away
    /// refuses nothing, and is not told about here.
    /// </summary>
    public async Task VerifyCredentialsAsync(CancellationToken cancellationToken)
    {
        if (Configured is { } configured)
            Report(configured, await ProbeAsync(configured, cancellationToken));
    }

    private void Report(ConnectionTarget target, ProbeAnswer answer)
    {
        if (answer.IsRefused && target == Configured)
        {
            Log.NotAccepted(_logger, _kind.Section, answer.Reason);
            _isReported = true;
            _reasons.Report($"{_kind.Section}-credentials", $"{_kind.Section}: the server refuses the configured credentials; open connections stay in use, and a restart would fail.");
        }
        else if (answer.IsAccepted && target == Configured)
        {
            _isReported = false;
            _reasons.Withdraw($"{_kind.Section}-credentials");
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

    private async Task<bool> TrySucceedAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        await _swap.WaitAsync(cancellationToken);
        try
        {
            if (_current is not { } before || before.Target == target)
                return true;
            using var activity = ConnectionTracing.Succeed(_kind.Name);
            var answer = await ProbeAsync(target, cancellationToken);
            Report(target, answer);
            if (!answer.IsAccepted)
            {
                Log.NotAccepted(_logger, _kind.Section, answer.Reason);
                return false;
            }

            var next = Create(target);
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

    /// <summary>On a connection of its own: one that is open already, or that a client makes again by itself, does not say why it fails.</summary>
    private async Task<ProbeAnswer> ProbeAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        try
        {
            // Connecting may block its thread, as Redis' client does.
            await Task.Run(() => _kind.ConnectAsync(target, cancellationToken), cancellationToken).WaitAsync(_options.ConnectTimeout * 2, _time, cancellationToken);
            return new ProbeAnswer(IsAccepted: true, IsRefused: false, "");
        }
#pragma warning disable CA1031 // A certificate that cannot be read, a name that is none, a server that is away: whatever it is, it is the answer.
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            var isRefused = _kind.IsAuthenticationFailure(exception);
            return new ProbeAnswer(IsAccepted: false, isRefused, isRefused ? "it refuses the credentials" : exception.GetType().Name);
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
            Log.Refused(_logger, _kind.Name);
        var deadline = _time.GetUtcNow() + (isRefused ? _options.CredentialPatience : TimeSpan.Zero);
        for (var isFirst = true; ; isFirst = false)
        {
            // Once: each time could issue one more user, of the database engine.
            await _secrets.RefreshAsync(cancellationToken, wasDatabaseRefused: isFirst && isRefused && _kind.Name == ConnectionNames.Mongo);
            if (_current != failed)
                return true;
            if (Configured is { } configured && configured != failed.Target && await TrySucceedAsync(configured, cancellationToken))
                return true;
            if (_time.GetUtcNow() >= deadline)
                return false;
            await Task.Delay(RetryDelay, _time, cancellationToken);
        }
    }
}
