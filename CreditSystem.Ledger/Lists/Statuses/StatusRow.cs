using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Lists.Statuses;

/// <summary>How a hold or a grant stands, as it can be asked for. The numbers are part of stored names: never renumber.</summary>
public enum ListStatus
{
    /// <summary>Not over: a hold that is active, a grant with something left.</summary>
    Open = 0,

    /// <summary>A grant that began in the future when it was issued, and is not over.</summary>
    Pending = 1,

    Captured = 2,
    Voided = 3,
    Expired = 4,
    Used = 5,
}

/// <summary>Where a hold or a grant is among those of one status: by its creation, newest first, which never changes.</summary>
/// <param name="CreatedAt">Unix milliseconds.</param>
public readonly record struct StatusPosition(long CreatedAt, Guid Id) : IComparable<StatusPosition>
{
    /// <summary>Of what a record created.</summary>
    public static StatusPosition Of(LedgerRecord created) => created.Hold is { } hold
        ? new(hold.CreatedAt, hold.Id)
        : new(created.Postings[0].Credit.Lots[0].Terms.CreatedAt, created.Command.Id);

    /// <summary>After everything.</summary>
    public static StatusPosition End => new(long.MaxValue, Guid.Empty);

    public int CompareTo(StatusPosition other) => (CreatedAt, Id).CompareTo((other.CreatedAt, other.Id));

    public static bool operator <(StatusPosition left, StatusPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(StatusPosition left, StatusPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(StatusPosition left, StatusPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StatusPosition left, StatusPosition right) => left.CompareTo(right) >= 0;
}

/// <summary>That something has a status, as it is stored. It may be stale: the state of the ledger has the last word.</summary>
/// <param name="Term">The list and the status.</param>
/// <param name="Account">The account that it is on.</param>
/// <param name="Place">Where it was created in the log.</param>
/// <param name="Last">Where the log last changed it, as far as the replica that stored it had come.</param>
public sealed record StatusRow(Guid Term, StatusPosition Position, Guid Account, ListPosition Place, ListPosition Last);

/// <summary>What a record did to a hold or a grant.</summary>
/// <param name="Made">Where the record is.</param>
/// <param name="Status">Of a hold, how it stands. Of a grant, <see cref="ListStatus.Open"/> where something came to it, else what it is
/// if nothing is left.</param>
/// <param name="IsNew">Whether the record created it.</param>
internal readonly record struct StatusChange(
    ListPosition Made, string Tenant, LedgerList List, StatusPosition Position, Guid Account, ListStatus Status, bool IsNew)
{
    /// <summary>Whether it begins after it was created.</summary>
    public bool IsScheduled { get; init; }

    /// <summary>Whether it is not over as its account has it.</summary>
    public bool IsOpenOn(AccountState account)
    {
        var id = Position.Id;
        return List == LedgerList.Holds
            ? Array.Exists(account.Holds, hold => hold.Id == id)
            : Array.Exists(account.Lots, lot => lot.Terms.Id == id);
    }

    /// <summary>Whether a record did anything of the kind: most transfers are about neither.</summary>
    public static bool IsMadeBy(LedgerRecord record) => record.Hold is not null
        || Array.Exists(record.Postings, posting => Array.Exists(posting.Entries, entry => entry.Lots.Length > 0));

    /// <summary>What a record did, in its order.</summary>
    public static IEnumerable<StatusChange> Of(LedgerRecord record, long block, int number)
    {
        var tenant = record.Command.Tenant;
        var made = new ListPosition(block, number, 0);
        if (record.Hold is { } hold)
            yield return new(
                made, tenant, LedgerList.Holds, new(hold.CreatedAt, hold.Id), hold.Account, StatusOf(hold.Status),
                IsNew: record.Command.Listed == LedgerList.Holds);
        for (var i = 0; i < record.Postings.Length; i++)
            foreach (var entry in record.Postings[i].Entries)
                foreach (var lot in entry.Lots)
                    if (lot is { Terms.IsBase: false, Amount: not 0 })
                    {
                        var isIssued = lot.Amount > 0 && lot.Terms.Id == record.Command.Id && record.Command.Listed == LedgerList.Grants;
                        var status = lot.Amount > 0 ? ListStatus.Open : StatusOf(record.Postings[i].Kind);
                        yield return new(
                            made, tenant, LedgerList.Grants, new(lot.Terms.CreatedAt, lot.Terms.Id), entry.Account, status, isIssued)
                        { IsScheduled = isIssued && lot.Terms.EffectiveAt > lot.Terms.CreatedAt };
                    }
    }

    private static ListStatus StatusOf(HoldStatus status) => status switch
    {
        HoldStatus.Captured => ListStatus.Captured,
        HoldStatus.Voided => ListStatus.Voided,
        HoldStatus.Expired => ListStatus.Expired,
        _ => ListStatus.Open,
    };

    private static ListStatus StatusOf(TransferKind kind) => kind switch
    {
        TransferKind.Void => ListStatus.Voided,
        TransferKind.Expiry => ListStatus.Expired,
        _ => ListStatus.Used,
    };
}
