using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// Brings into memory what the commands of a block will look at, so that they can be decided without I/O: earlier records
/// with their ids, the holds and reversals they are about, and the accounts they touch.
/// </summary>
internal sealed class CommandPrefetcher(LedgerState state, PartitionReader reader, PartitionRecovery recovery)
{
    // Each with the first submission that needs it.
    private readonly Dictionary<Guid, Submission> accounts = [];
    private readonly HashSet<Guid> reads = [];
    private readonly HashSet<(string Tenant, string Asset)> assets = [];

    private readonly Needs needs = new();

    // The system accounts of these are in memory, which they never leave: a rebuild brings all back.
    private readonly HashSet<(string Tenant, string Asset)> loadedAssets = [];

    /// <exception cref="CommandFailedException">What a command needs cannot be found out.</exception>
    public async Task LoadAsync(LedgerView view, List<Submission> batch, CancellationToken cancellationToken)
    {
        accounts.Clear();
        reads.Clear();
        assets.Clear();
        foreach (var submission in batch)
        {
            reads.UnionWith(submission.Read);
            foreach (var command in submission.Commands)
                await CollectAsync(view, submission, command, cancellationToken);
        }
        await recovery.LoadAsync([.. accounts.Keys.Union(reads)], cancellationToken);
        await LoadSystemAccountsAsync(cancellationToken);
        // An expiry changes the account of the hold and none other, so this adds no account to load.
        foreach (var (id, submission) in accounts)
            if (state.Account(id) is { Holds.Length: > 0 } account)
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
        assets.UnionWith(needs.Assets);
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
            if (view.Find(id) is null && reader.MayKnow(id) && await reader.FindAsync(id, cancellationToken) is { } record)
            {
                view.Preload(id, record);
                found = true;
            }
        foreach (var hold in needs.Holds)
            found |= await LoadHoldAsync(hold, cancellationToken);
        foreach (var transfer in needs.Reversals)
            if (state.Reversed(transfer) is null && await reader.FindReversedAsync(transfer, cancellationToken) is > 0 and var reversed)
                state.LoadReversed(transfer, reversed);
        return found;
    }

    private async ValueTask<bool> LoadHoldAsync(Guid id, CancellationToken cancellationToken)
    {
        if (state.Hold(id) is not null || await reader.FindHoldAsync(id, cancellationToken) is not { } hold)
            return false;
        state.Load(hold);
        return true;
    }

    // Which of them an outcome touches follows from rules that are none of this class's business: all six, once per asset.
    private async Task LoadSystemAccountsAsync(CancellationToken cancellationToken)
    {
        foreach (var id in accounts.Keys)
            if (state.Account(id) is { } account)
                assets.Add((account.Tenant, account.Asset));
        assets.ExceptWith(loadedAssets);
        if (assets.Count == 0)
            return;
        var ids = assets.SelectMany(asset => SystemAccounts.All.Select(system => LedgerId.ForSystemAccount(asset.Tenant, system, asset.Asset))).ToList();
        await recovery.LoadAsync(ids, cancellationToken);
        loadedAssets.UnionWith(assets);
    }
}
