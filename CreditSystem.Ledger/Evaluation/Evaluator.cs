using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>
/// Decides what a command does. Pure: the outcome follows from the view, the command and the time alone; no I/O, no
/// clock, no chance. What the command needs must have been loaded into the view.
/// </summary>
internal static class Evaluator
{
    /// <summary>Gives the record of the command: the one in the log if there is one, else a new one, now part of the view.</summary>
    public static LedgerRecord Execute(LedgerView view, Command command)
    {
        var now = view.At;
        if (view.Known(command.Id) is { } earlier && earlier.Command.Id == command.Id)
            return earlier;
        SettleTouched(view, command, now);
        return command switch
        {
            OpenAccount open => view.Append(AccountRules.Open(view, open, now)),
            MoveCredits move => view.Append(TransferRules.Move(view, move, now)),
            MoveCreditsAtomically batch => view.Add(TransferRules.MoveAtomically(view, batch, now)),
            ReverseTransfer reverse when view.Rules >= RulesVersion.Second => view.Add(ReversalRules.Reverse(view, reverse, now)),
            ReverseTransfer reverse => view.Append(ReversalRules.Reverse(view, reverse, now)),
            PlaceHold place => view.Append(HoldRules.Place(view, place, now)),
            CaptureHold capture => Released(view, view.Append(HoldRules.Capture(view, capture, now)), now),
            VoidHold release => Released(view, view.Append(HoldRules.Void(view, release)), now),
            IssueGrant issue => view.Append(GrantRules.Issue(view, issue, now)),
            VoidGrant withdraw => view.Append(GrantRules.Void(view, withdraw)),
            ExpireLot expire => view.Append(GrantRules.Expire(view, expire, now)),
            ExpireHold expire => view.Append(HoldRules.Expire(view, expire, now)),
            SettleAccount => new LedgerRecord(command, null),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "No rule for this command."),
        };
    }

    /// <summary>The accounts whose expired grants and holds must be posted before the command is decided.</summary>
    public static IEnumerable<AccountState> Touched(LedgerView view, Command command)
    {
        switch (command)
        {
            case MoveCredits { From: var from, To: var to }:
                if (!from.IsSystem && view.Account(from.Id) is { } debited)
                    yield return debited;
                if (!to.IsSystem && view.Account(to.Id) is { } credited)
                    yield return credited;
                break;
            case MoveCreditsAtomically batch:
                foreach (var account in batch.Items.SelectMany(item => Touched(view, item)))
                    yield return account;
                break;
            case ReverseTransfer reverse when view.Known(reverse.Transfer) is { } original:
                foreach (var entry in original.Postings.Where(posting => posting.Id == reverse.Transfer).SelectMany(posting => posting.Entries))
                    if (view.Account(entry.Account) is { } account)
                        yield return account;
                break;
            default:
                if (view.Account(SingleAccount(view, command)) is { } single)
                    yield return single;
                if (view.Rules >= RulesVersion.Second && command is CaptureHold capture && view.Hold(capture.Hold) is { Destination: { IsSystem: false } destination }
                    && view.Account(destination.Id) is { } receiver)
                    yield return receiver;
                break;
        }
    }

    private static Guid SingleAccount(LedgerView view, Command command) => command switch
    {
        PlaceHold place => place.Account,
        CaptureHold capture => view.Hold(capture.Hold)?.Account ?? default,
        VoidHold release => view.Hold(release.Hold)?.Account ?? default,
        IssueGrant issue => issue.Account,
        VoidGrant withdraw => withdraw.Account,
        SettleAccount settle => settle.Account,
        _ => default,
    };

    private static void SettleTouched(LedgerView view, Command command, long now)
    {
        foreach (var account in Touched(view, command).ToArray())
            if (!account.IsSystem && account.NextExpiry() <= now)
                Post(Settle(view, account.Id, now));
    }

    // What a hold releases may have expired while it was set aside: it is due now, not when somebody looks.
    private static LedgerRecord Released(LedgerView view, LedgerRecord record, long now)
    {
        if (view.Rules >= RulesVersion.Second && record is { Accepted: true, Hold: { } hold } && view.Account(hold.Account)!.NextExpiry() <= now)
            Post(Settlement.InOrder(view, hold.Account, now, since: now));
        return record;
    }

    private static void Post(IEnumerable<LedgerRecord> records) => _ = records.Count();

    /// <summary>Posts what has expired on an account, one record at a time: where the enumeration ends, the rest stays due.</summary>
    public static IEnumerable<LedgerRecord> Settle(LedgerView view, Guid id, long now) =>
        view.Rules >= RulesVersion.Second ? Settlement.InOrder(view, id, now, since: long.MinValue) : SettleHoldsFirst(view, id, now);

    // The first rules: what holds release may have expired too.
    private static IEnumerable<LedgerRecord> SettleHoldsFirst(LedgerView view, Guid id, long now)
    {
        // Holds first: what they release may have expired too.
        foreach (var hold in view.Account(id)!.Holds.Where(hold => hold.ExpiresAt <= now).OrderBy(hold => hold.ExpiresAt).ThenBy(hold => hold.Id))
            yield return Execute(view, new ExpireHold(LedgerId.Derive(hold.Id, "expiry", 0), view.Account(id)!.Tenant, id, hold.Id));
        foreach (var lot in view.Account(id)!.Lots.Where(lot => lot.IsDue(now)))
        {
            // A lot expires in parts when holds pin some of it: the next entry's number tells the parts apart.
            var account = view.Account(id)!;
            yield return Execute(view, new ExpireLot(LedgerId.Derive(lot.Terms.Id, "expiry", account.Sequence + 1), account.Tenant, id, lot.Terms.Id));
        }
    }
}
