using CreditSystem.ServiceDefaults;
using CreditSystem.VaultProxy.Forwarding;

namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>Says where one request goes that its last node has not answered for good. Made only when that is so.</summary>
internal sealed class FailoverPlan(UpstreamPool pool, RetryBudget budget, UpstreamOptions options, VaultHttpTransformer transformer)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>One bit per index of a node.</summary>
    private ulong _tried;
    private int _retries;
    private TimeSpan _nextPause = FirstPause;
    private TimeSpan _timeLeft = TimeSpan.FromSeconds(transformer.Waits ? options.ElectionSeconds : 0);

    /// <returns>Null when the outcome is the client's to have.</returns>
    internal ValueTask<UpstreamNode?> NextAsync(in AttemptOutcome outcome, CancellationToken cancellationToken)
    {
        _tried |= 1UL << transformer.Node.Index;
        return outcome.Kind switch
        {
            // Whatever the verb: a body that nobody has begun to send can be sent.
            AttemptKind.NotSent when pool.Select(_tried) is { } other => ValueTask.FromResult<UpstreamNode?>(other),
            AttemptKind.NotActive when transformer.IsRepeatable => FollowAsync(outcome.Active, cancellationToken),
            AttemptKind.Behind when transformer.IsRepeatable => RetryAsync(outcome, cancellationToken),
            AttemptKind.NotSent or AttemptKind.Failed when transformer.Retries => RetryAsync(outcome, cancellationToken),
            _ => ValueTask.FromResult<UpstreamNode?>(null),
        };
    }

    private async ValueTask<UpstreamNode?> RetryAsync(AttemptOutcome outcome, CancellationToken cancellationToken)
    {
        if (_retries >= options.MaxRetries || NextNode() is not { } next || !MaySpend(outcome, next))
            return null;
        _retries++;
        await Task.Delay(Backoff.Spread(RetryPause * _retries, share: 2 / 3d), cancellationToken);
        return NextNode() ?? transformer.Node;
    }

    // Another node if there is one; else the same one again, unless it is known to be out.
    private UpstreamNode? NextNode() => pool.Select(_tried) ?? pool.Select();

    // When a node dies, all that was under way there goes once to another node, which has had none of it yet: no load is
    // multiplied, and no client is to fail, however many they are.
    private bool MaySpend(in AttemptOutcome outcome, UpstreamNode next) =>
        (outcome.Response is null && !IsTried(next)) || budget.TrySpend();

    /// <summary>To the node that is named, or to another; where all have been asked, an election is on, and they are asked again.</summary>
    private async ValueTask<UpstreamNode?> FollowAsync(Uri? active, CancellationToken cancellationToken)
    {
        if (active is not null && pool.Find(active) is { IsUsable: true } named && !IsTried(named))
            return named;
        if (pool.Select(_tried) is { } other)
            return other;
        while (_timeLeft > TimeSpan.Zero)
        {
            var pause = _nextPause < _timeLeft ? _nextPause : _timeLeft;
            _timeLeft -= pause;
            _nextPause = _nextPause * 2 < LongestPause ? _nextPause * 2 : LongestPause;
            await Task.Delay(Backoff.Spread(pause), cancellationToken);
            _tried = 0;
            if (pool.Select() is { } again)
                return again;
        }

        return null;
    }

    private bool IsTried(UpstreamNode node) => (_tried & (1UL << node.Index)) != 0;
}
