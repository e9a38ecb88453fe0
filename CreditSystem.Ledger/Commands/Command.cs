using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Ledger.Commands;

/// <summary>
/// What somebody asks of the ledger, with all that the outcome depends on besides the state and the time. A command is one file:
/// its data, what it needs, what it decides, how it lies in the log, and which events it makes. Nothing else switches over commands.
/// </summary>
/// <param name="Id">Exactly once, indefinitely: at most one outcome in the log has this id.</param>
/// <param name="Fingerprint">SHA-256 of what was asked; another one under the same id is refused. Empty for the ledger's own.</param>
/// <param name="Tenant">Whose accounts it is about.</param>
/// <param name="Holder">Only accounts of this holder may be debited or read; null for the tenant itself.</param>
public abstract record Command(Guid Id, byte[] Fingerprint, string Tenant, string? Holder)
{
    /// <summary>The trace of the request, kept with a rejection so that its replays name the same one.</summary>
    public string? TraceId { get; init; }

    /// <summary>
    /// False: an outcome that changes nothing leaves no trace, and the same id may be tried again once something else is so.
    /// </summary>
    public bool KeepsOutcome { get; init; } = true;

    /// <summary>The version of the rules from which on it can be decided.</summary>
    internal virtual int Since => RulesVersion.First;

    /// <summary>Whether what it posted may be reversed by hand.</summary>
    internal virtual bool CanBeReversed => true;

    /// <summary>What it is called in metrics.</summary>
    public abstract string Name { get; }

    /// <summary>What it costs to commit, in transfers.</summary>
    public virtual int Weight => 1;

    /// <summary>The transfer that it reverses; null for all but reversals.</summary>
    public virtual Guid? ReversedTransfer => null;

    /// <summary>The list that what it posts is in besides that of transfers; null for none.</summary>
    internal virtual LedgerList? Listed => null;

    /// <summary>The account whose expired grants or holds it posts; null for all but expiries.</summary>
    internal virtual Guid? ExpiringAccount => null;

    /// <summary>The event of its own that it makes where it is accepted, besides those of its postings.</summary>
    internal virtual string? Event => null;

    /// <summary>The event that follows those of its postings; null for none.</summary>
    internal virtual string? LastEventOf(LedgerRecord record) => null;

    /// <summary>The event that a posting makes.</summary>
    internal virtual string EventOf(Posting posting) => LedgerEvents.TransferPosted;

    /// <summary>The reference and the metadata that the caller gave to a posting of the record.</summary>
    public virtual (string? Reference, string? Metadata) Details(int posting) => default;

    /// <summary>When what the record did took effect, Unix milliseconds.</summary>
    internal virtual long TookEffectAt(LedgerRecord record) => record.At;

    /// <summary>Other ids under which its accepted record is known.</summary>
    internal virtual IEnumerable<Guid> Aliases(LedgerRecord record)
    {
        List<Guid>? aliases = null;
        for (var i = 0; i < record.Postings.Length; i++)
            if (Details(i).Reference is { } reference)
                (aliases ??= []).Add(ReferenceRules.IdOf(record, reference));
        return aliases ?? Enumerable.Empty<Guid>();
    }

    /// <summary>Says what must be in memory so that it can be decided. Asked again when something of that was found.</summary>
    internal virtual void Require(LedgerView view, Needs needs)
    {
        needs.Records.Add(Id);
        if (Details(0).Reference is { } reference)
            needs.Records.AddRange(ReferenceRules.IdsOf(this, reference));
        Touch(view, needs.Accounts);
        needs.Accounts.Add(ExpiringAccount ?? Guid.Empty);
    }

    /// <summary>Adds the accounts whose expired grants and holds must be posted before it is decided; an empty id is none.</summary>
    internal virtual void Touch(LedgerView view, List<Guid> accounts)
    {
    }

    /// <summary>Its outcome at the time and by the rules of the view; nothing is applied yet.</summary>
    internal abstract LedgerRecord Decide(LedgerView view);

    /// <summary>Decides it, and puts its record at the end of the block.</summary>
    internal virtual LedgerRecord Execute(LedgerView view) => view.Append(Decide(view));

    /// <summary>Writes its own members. Names are stored: never change the meaning of one, or their order.</summary>
    internal abstract void Write(BsonWriter writer);

    /// <summary>False where it may not see the account at all: answered as if it did not exist.</summary>
    internal bool MaySee(AccountState? account) =>
        account is not null && account.Tenant == Tenant && (Holder is null || account.Holder == Holder && !account.IsSystem);

    internal LedgerRecord Reject(RejectionCode code, long? available = null, long? required = null) =>
        LedgerRecord.Rejected(this, code, available, required);
}
