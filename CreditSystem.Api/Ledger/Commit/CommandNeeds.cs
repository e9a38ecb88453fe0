using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger.Commit;

/// <summary>
/// Brings into memory what the commands of a block will look at, so that they can be decided without I/O: earlier records
/// with their ids, the holds and reversals they are about, and the accounts they touch.
/// </summary>
internal sealed class CommandNeeds(LedgerState state, PartitionReader reader, StateKeeper keeper)
{
    private readonly HashSet<Guid> accounts = [];
    private readonly HashSet<(string Tenant, string Asset)> assets = [];

    // The system accounts of these are in memory, which they never leave.
    private readonly HashSet<(string Tenant, string Asset)> loadedAssets = [];

    public async Task LoadAsync(LedgerView view, List<Submission> batch, CancellationToken cancellationToken)
    {
        accounts.Clear();
        assets.Clear();
        foreach (var submission in batch)
        {
            accounts.UnionWith(submission.Read);
            foreach (var command in submission.Commands)
                await CollectAsync(view, command, cancellationToken);
        }
        await keeper.LoadAsync(accounts, cancellationToken);
        await LoadSystemAccountsAsync(cancellationToken);
        // A copy: an expired hold adds the account that its captures would have gone to.
        foreach (var id in accounts.ToArray())
            if (state.Account(id) is { Holds.Length: > 0 } account)
                foreach (var hold in account.Holds)
                    if (hold.ExpiresAt <= view.At)
                        await LoadHoldAsync(hold.Id, cancellationToken);
    }

    /// <summary>Forgets what it knows to be in memory.</summary>
    public void Reset() => loadedAssets.Clear();

    private async ValueTask CollectAsync(LedgerView view, Command command, CancellationToken cancellationToken)
    {
        await RememberAsync(view, command.Id, cancellationToken);
        foreach (var reference in ReferenceRules.IdsOf(command))
            await RememberAsync(view, reference, cancellationToken);
        switch (command)
        {
            case MoveCredits move:
                Add(move.From);
                Add(move.To);
                if (move.Asset is { } asset)
                    assets.Add((move.Tenant, asset));
                break;
            case MoveCreditsAtomically batch:
                foreach (var item in batch.Items)
                    await CollectAsync(view, item, cancellationToken);
                break;
            case ReverseTransfer reverse:
                await RememberAsync(view, reverse.Transfer, cancellationToken);
                await CollectAsync(view, reverse, cancellationToken);
                break;
            case OpenAccount open:
                accounts.Add(LedgerId.ForAccount(open.Tenant, open.AccountHolder, open.Asset));
                break;
            case PlaceHold place:
                accounts.Add(place.Account);
                Add(place.Destination);
                break;
            case CaptureHold { Hold: var hold }:
                await LoadHoldAsync(hold, cancellationToken);
                break;
            case VoidHold { Hold: var hold }:
                await LoadHoldAsync(hold, cancellationToken);
                break;
            default:
                accounts.Add(SingleAccount(command));
                break;
        }
    }

    private async ValueTask CollectAsync(LedgerView view, ReverseTransfer reverse, CancellationToken cancellationToken)
    {
        foreach (var posting in view.Known(reverse.Transfer)?.Postings ?? [])
            if (posting.Id == reverse.Transfer)
            {
                foreach (var entry in posting.Entries)
                    accounts.Add(entry.Account);
                foreach (var voided in Unwinding.VoidsOf(posting))
                    await RememberAsync(view, voided, cancellationToken);
            }
        if (state.Reversed(reverse.Transfer) is null && await reader.FindReversedAsync(reverse.Transfer, cancellationToken) is > 0 and var reversed)
            state.LoadReversed(reverse.Transfer, reversed);
    }

    private async ValueTask LoadHoldAsync(Guid id, CancellationToken cancellationToken)
    {
        if (state.Hold(id) is null && await reader.FindHoldAsync(id, cancellationToken) is { } found)
            state.Load(found);
        if (state.Hold(id) is not { } hold)
            return;
        accounts.Add(hold.Account);
        Add(hold.Destination);
    }

    private async ValueTask RememberAsync(LedgerView view, Guid id, CancellationToken cancellationToken)
    {
        if (reader.MayKnow(id) && await reader.FindAsync(id, cancellationToken) is { } found)
            view.Remember(id, found);
    }

    // Which of them an outcome touches follows from rules that are none of this class's business: all six, once per asset.
    private async Task LoadSystemAccountsAsync(CancellationToken cancellationToken)
    {
        foreach (var id in accounts)
            if (state.Account(id) is { } account)
                assets.Add((account.Tenant, account.Asset));
        assets.ExceptWith(loadedAssets);
        if (assets.Count == 0)
            return;
        var ids = assets.SelectMany(asset => SystemAccounts.All.Select(system => LedgerId.ForSystemAccount(asset.Tenant, system, asset.Asset))).ToList();
        await keeper.LoadAsync(ids, cancellationToken);
        loadedAssets.UnionWith(assets);
    }

    private void Add(AccountRef account)
    {
        if (!account.IsSystem)
            accounts.Add(account.Id);
    }

    private static Guid SingleAccount(Command command) => command switch
    {
        IssueGrant issue => issue.Account,
        VoidGrant withdraw => withdraw.Account,
        SettleAccount settle => settle.Account,
        ExpireLot expire => expire.Account,
        ExpireHold expire => expire.Account,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "It is not known what this command needs."),
    };
}
