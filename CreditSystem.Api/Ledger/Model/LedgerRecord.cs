namespace CreditSystem.Api.Ledger.Model;

/// <summary>A command, its outcome, and what the outcome changed: all that the log stores.</summary>
internal sealed record LedgerRecord(Command Command, Rejection? Rejection)
{
    public Posting[] Postings { get; init; } = [];
    public AccountState[] Opened { get; init; } = [];

    /// <summary>The hold after this record, where it placed or changed one.</summary>
    public HoldState? Hold { get; init; }

    /// <summary>How much of <see cref="ReverseTransfer.Transfer"/> is reversed after this record.</summary>
    public long Reversed { get; init; }

    /// <summary>The block that holds the record, and its time, Unix milliseconds.</summary>
    public long Block { get; init; }
    public long At { get; init; }

    /// <summary>The version of the rules by which the command was decided.</summary>
    public int Rules { get; init; } = RulesVersion.Newest;

    public bool Accepted => Rejection is null;

    public static LedgerRecord Rejected(Command command, RejectionCode code, long? available = null, long? required = null) =>
        new(command, new Rejection(code, available, required));

    public static LedgerRecord Posted(Command command, params Posting[] postings) => new(command, null) { Postings = postings };

    /// <summary>The reference and the metadata that the caller gave to a posting of this record.</summary>
    public (string? Reference, string? Metadata) Details(int posting) => Command switch
    {
        MoveCredits move => (move.Reference, move.Metadata),
        MoveCreditsAtomically batch => (batch.Items[posting].Reference, batch.Items[posting].Metadata),
        ReverseTransfer reverse => (reverse.Reference, reverse.Metadata),
        PlaceHold hold => (hold.Reference, hold.Metadata),
        IssueGrant grant => (grant.Reference, grant.Metadata),
        _ => default,
    };
}
