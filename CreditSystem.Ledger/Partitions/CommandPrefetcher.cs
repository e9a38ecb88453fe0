using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;

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

    private Submission collecting = null!;

    /// <exception cref="CommandFailedException">What a command needs cannot be found out.</exception>
    public async Task LoadAsync(LedgerView view, List<Submission> batch, CancellationToken cancellationToken)
    {
        foreach (var submission in batch)
        {
            reads.UnionWith(submission.Read);
            collecting = submission;
            foreach (var command in submission.Commands)
                await AttributeAsync(submission, command, () => CollectAsync(view, command, cancellationToken));
        }
        await partition.LoadAsync([.. accounts.Keys.Union(reads)], cancellationToken);
        await LoadSystemAccountsAsync(cancellationToken);
        // An expiry changes the account of the hold and none other, so this adds no account to load.
        foreach (var (id, submission) in accounts)
            if (partition.Ledger.Account(id) is { Holds.Length: > 0 } account)
                foreach (var hold in account.Holds)
                    if (hold.ExpiresAt <= view.At)
                        await AttributeAsync(submission, null, async () => await FindHoldAsync(hold.Id, cancellationToken));
    }

    private static async ValueTask AttributeAsync(Submission submission, Command? command, Func<ValueTask> load)
    {
        try
        {
            await load();
        }
        catch (Exception exception) when (CommandFailedException.IsOfTheCommand(exception))
        {
            throw new CommandFailedException(submission, command, exception);
        }
    }

    private async ValueTask CollectAsync(LedgerView view, Command command, CancellationToken cancellationToken)
    {
        await PreloadAsync(view, command.Id, cancellationToken);
        foreach (var reference in ReferenceRules.IdsOf(command))
            await PreloadAsync(view, reference, cancellationToken);
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
                await PreloadAsync(view, reverse.Transfer, cancellationToken);
                await CollectAsync(view, reverse, cancellationToken);
                break;
            case OpenAccount open:
                Add(LedgerId.ForAccount(open.Tenant, open.AccountHolder, open.Asset));
                break;
            case PlaceHold place:
                Add(place.Account);
                Add(place.Destination);
                break;
            case CaptureHold { Hold: var hold }:
                await AddHoldAsync(hold, cancellationToken);
                break;
            case VoidHold { Hold: var hold }:
                await AddHoldAsync(hold, cancellationToken);
                break;
            default:
                Add(SingleAccount(command));
                break;
        }
    }

    private async ValueTask CollectAsync(LedgerView view, ReverseTransfer reverse, CancellationToken cancellationToken)
    {
        foreach (var posting in view.Known(reverse.Transfer)?.Postings ?? [])
            if (posting.Id == reverse.Transfer)
            {
                foreach (var entry in posting.Entries)
                    Add(entry.Account);
                foreach (var voided in Unwinding.VoidsOf(posting))
                    await PreloadAsync(view, voided, cancellationToken);
            }
        if (partition.Ledger.Reversed(reverse.Transfer) is null
            && await partition.Records.FindReversedAsync(reverse.Transfer, cancellationToken) is > 0 and var reversed)
            partition.Ledger.LoadReversed(reverse.Transfer, reversed);
    }

    private async ValueTask AddHoldAsync(Guid id, CancellationToken cancellationToken)
    {
        if (await FindHoldAsync(id, cancellationToken) is not { } hold)
            return;
        Add(hold.Account);
        Add(hold.Destination);
    }

    private async ValueTask<HoldState?> FindHoldAsync(Guid id, CancellationToken cancellationToken)
    {
        if (partition.Ledger.Hold(id) is null && await partition.Records.FindHoldAsync(id, cancellationToken) is { } found)
            partition.Ledger.Load(found);
        return partition.Ledger.Hold(id);
    }

    private async ValueTask PreloadAsync(LedgerView view, Guid id, CancellationToken cancellationToken)
    {
        if (partition.Records.MayKnow(id) && await partition.Records.FindAsync(id, cancellationToken) is { } found)
            view.Remember(id, found);
    }

    private Task LoadSystemAccountsAsync(CancellationToken cancellationToken)
    {
        foreach (var id in accounts.Keys)
            if (partition.Ledger.Account(id) is { } account)
                assets.Add((account.Tenant, account.Asset));
        return partition.LoadSystemAccountsAsync(assets, cancellationToken);
    }

    private void Add(AccountRef account)
    {
        if (!account.IsSystem)
            Add(account.Id);
    }

    private void Add(Guid account) => accounts.TryAdd(account, collecting);

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
