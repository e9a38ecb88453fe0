using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>What the commands about an existing hold have in common.</summary>
internal static class HoldRules
{
    /// <summary>Such a command needs the hold and both its accounts.</summary>
    public static void Require(LedgerView view, Needs needs, Guid id)
    {
        needs.Holds.Add(id);
        if (view.Hold(id) is { } hold)
            needs.Accounts.AddRange([hold.Account, hold.Destination.Id]);
    }

    /// <summary>The rejection where the command may not see the hold or the hold is over; else null, and the hold.</summary>
    public static LedgerRecord? RequireActive(LedgerView view, Command command, Guid id, out HoldState hold)
    {
        hold = view.Hold(id)!;
        if (hold is null || !command.MaySee(view.Account(hold.Account)))
            return command.Reject(RejectionCode.HoldNotFound);
        return hold.Status == HoldStatus.Active
            ? null
            : new LedgerRecord(command, new Rejection(RejectionCode.HoldNotActive, State: hold.Status));
    }

    /// <summary>Gives all that is left of a hold back to its account.</summary>
    public static LedgerRecord Release(LedgerView view, Command command, HoldState hold, HoldStatus status, TransferKind kind)
    {
        LotChange[] released = [.. hold.Reservations.Select(part => part with { Pinned = -part.Pinned })];
        var posting = Entries.Reserve(command.Id, kind, view.Account(hold.Account)!, -hold.Remaining, released);
        return LedgerRecord.Posted(command, posting) with { Hold = hold with { Status = status, Reservations = [] } };
    }

    /// <summary>What a hold has released may have expired while it was set aside: it is due now, not when somebody looks.</summary>
    public static LedgerRecord Released(LedgerView view, LedgerRecord record)
    {
        if (view.Rules >= RulesVersion.Second && record is { Accepted: true, Hold: { } hold }
            && view.Account(hold.Account)!.NextExpiry() <= view.At)
            Settlement.Post(Settlement.InOrder(view, hold.Account, since: view.At));
        return record;
    }
}
