using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Submissions;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// Brings into memory what the commands of a block will look at, so that they can be decided without I/O: earlier records
/// with their ids, the holds and reversals they are about, and the accounts they touch. It is lent the state for one block.
/// </summary>
internal sealed class CommandPrefetcher(PartitionState partition)
{
    // Each with the first submission that needs it.
    private readonly Dictionary<Guid, Submission> accounts = [];
    private readonly HashSet<Guid> reads = [];
    private readonly List<Guid> missing = [];
    private readonly HashSet<(string Tenant, string Asset)> assets = [];
    private (string Tenant, string Asset) lastAsset;

    private readonly Needs needs = new();

    /// <exception cref="CommandFailedException">What a command needs cannot be found out.</exception>
    public async Task LoadAsync(LedgerView view, List<Submission> batch, CancellationToken cancellationToken)
    {
        accounts.EnsureCapacity(2 * batch.Sum(submission => submission.Weight));
        foreach (var submission in batch)
        {
            reads.UnionWith(submission.Read);
            foreach (var command in submission.Commands)
                await CollectAsync(view, submission, command, cancellationToken);
        }
        // Nearly all are in memory; each is looked for once.
        foreach (var (id, submission) in accounts)
            if (!await TryVisitAsync(view, id, submission, cancellationToken))
                missing.Add(id);
        await partition.LoadAsync(missing.Concat(reads), cancellationToken);
        foreach (var id in missing)
            await TryVisitAsync(view, id, accounts[id], cancellationToken);
        await partition.LoadSystemAccountsAsync(assets, cancellationToken);
    }

    /// <summary>Takes note of what an account that is in memory needs beside it.</summary>
    private async ValueTask<bool> TryVisitAsync(LedgerView view, Guid id, Submission submission, CancellationToken cancellationToken)
    {
        if (partition.Ledger.Account(id) is not { } account)
            return false;
        if ((account.Tenant, account.Asset) != lastAsset)
            assets.Add(lastAsset = (account.Tenant, account.Asset));
        // An expiry changes the account of the hold and none other, so this adds no account to load.
        foreach (var hold in account.Holds)
            if (hold.ExpiresAt <= view.At)
                await CollectAsync(submission, hold.Id, cancellationToken);
        return true;
    }

    private async ValueTask CollectAsync(LedgerView view, Submission submission, Command command, CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                needs.Clear();
                command.Require(view, needs);
            }
            while (await LoadAsync(view, cancellationToken));
        }
        catch (Exception exception) when (CommandFailedException.IsOfTheCommand(exception))
        {
            throw new CommandFailedException(submission, command, exception);
        }
        foreach (var account in needs.Accounts)
            if (account != Guid.Empty)
                accounts.TryAdd(account, submission);
        foreach (var asset in needs.Assets)
            assets.Add(asset);
    }

    private async ValueTask CollectAsync(Submission submission, Guid hold, CancellationToken cancellationToken)
    {
        try
        {
            await LoadHoldAsync(hold, cancellationToken);
        }
        catch (Exception exception) when (CommandFailedException.IsOfTheCommand(exception))
        {
            throw new CommandFailedException(submission, null, exception);
        }
    }

    /// <returns>Whether something was found, because of which the command may need more.</returns>
    private async ValueTask<bool> LoadAsync(LedgerView view, CancellationToken cancellationToken)
    {
        var found = false;
        foreach (var id in needs.Records)
            if (view.Find(id) is null && partition.Records.MayKnow(id) && await partition.Records.FindAsync(id, cancellationToken)
                is { } record)
            {
                view.Preload(id, record);
                found = true;
            }
        foreach (var hold in needs.Holds)
            found |= await LoadHoldAsync(hold, cancellationToken);
        foreach (var transfer in needs.Reversals)
            if (partition.Ledger.Reversed(transfer) is null && await partition.Records.FindReversedAsync(transfer, cancellationToken)
                is { Total: > 0 } reversed)
                partition.Ledger.LoadReversed(transfer, reversed);
        return found;
    }

    private async ValueTask<bool> LoadHoldAsync(Guid id, CancellationToken cancellationToken)
    {
        if (partition.Ledger.Hold(id) is not null || await partition.Records.FindHoldAsync(id, cancellationToken) is not { } hold)
            return false;
        partition.Ledger.Load(hold);
        return true;
    }
}
