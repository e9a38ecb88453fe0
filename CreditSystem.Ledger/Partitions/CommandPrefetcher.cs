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
    private readonly HashSet<(string Tenant, string Asset)> assets = [];

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
        await partition.LoadAsync(accounts.Keys.Concat(reads), cancellationToken);
        await LoadSystemAccountsAsync(cancellationToken);
        // An expiry changes the account of the hold and none other, so this adds no account to load.
        foreach (var (id, submission) in accounts)
            if (partition.Ledger.Account(id) is { Holds.Length: > 0 } account)
                foreach (var hold in account.Holds)
                    if (hold.ExpiresAt <= view.At)
                        await CollectAsync(submission, hold.Id, cancellationToken);
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

    private Task LoadSystemAccountsAsync(CancellationToken cancellationToken)
    {
        var last = default((string Tenant, string Asset));
        foreach (var id in accounts.Keys)
            if (partition.Ledger.Account(id) is { } account && (account.Tenant, account.Asset) != last)
                assets.Add(last = (account.Tenant, account.Asset));
        return partition.LoadSystemAccountsAsync(assets, cancellationToken);
    }
}
