using CreditSystem.Ledger.Commands;

namespace CreditSystem.Ledger.Model;

/// <summary>A command, its outcome, and what the outcome changed: all that the log stores.</summary>
public sealed record LedgerRecord(Command Command, Rejection? Rejection)
{
    public Posting[] Postings { get; init; } = [];
    public AccountState[] Opened { get; init; } = [];

    /// <summary>The hold after this record, where it placed or changed one.</summary>
    public HoldState? Hold { get; init; }

    /// <summary>How much of <see cref="ReversedTransfer"/> is reversed after this record.</summary>
    public long Reversed { get; init; }

    /// <summary>The part of that that was taken back because the money of a purchase went back.</summary>
    public long TakenBack { get; init; }

    /// <summary>The block that holds the record, and its time, Unix milliseconds.</summary>
    public long Block { get; internal set; }
    public long At { get; internal set; }

    /// <summary>The version of the rules by which the command was decided.</summary>
    public int Rules { get; internal set; } = RulesVersion.Newest;

    /// <summary>
    /// When what the record did took effect: for what expired, when it was due. It does not depend on who looked, and when.
    /// </summary>
    public long EffectiveAt => Command.TookEffectAt(this);

    public bool Accepted => Rejection is null;

    /// <summary>Whether it goes into the log: not where its command changed nothing and does not ask that this is remembered.</summary>
    internal bool IsKept => Command.KeepsOutcome || Accepted && Postings.Length > 0;

    public static LedgerRecord Rejected(Command command, RejectionCode code, long? available = null, long? required = null) =>
        new(command, new Rejection(code, available, required));

    public static LedgerRecord Posted(Command command, params Posting[] postings) => new(command, null) { Postings = postings };

    /// <summary>The transfer of which the record reversed something; null where it reversed nothing.</summary>
    public Guid? ReversedTransfer => Accepted ? Command.ReversedTransfer : null;

    /// <summary>The reference and the metadata that the caller gave to a posting of this record.</summary>
    public (string? Reference, string? Metadata) Details(int posting) => Command.Details(posting);
}
