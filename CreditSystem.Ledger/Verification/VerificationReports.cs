namespace CreditSystem.Ledger.Verification;

/// <summary>What became of recomputing the chain of the log that holds a tenant.</summary>
/// <param name="Blocks">How many blocks were found intact, from the first.</param>
/// <param name="HeadHash">The hash of the last intact block; 32 zero bytes where there is none.</param>
/// <param name="BrokenBlock">The first block that is not what was sealed.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Full">The last time that every block was read, which this report may rely on; null before the first.</param>
public sealed record ChainReport(
    long Blocks, byte[] HeadHash, long? BrokenBlock = null, string? Problem = null, FullVerification? Full = null)
{
    public bool Intact => BrokenBlock is null;
}

/// <summary>One reading of a whole log.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Blocks">How many blocks it found intact, from the first.</param>
public sealed record FullVerification(DateTimeOffset At, long Blocks, long? BrokenBlock, string? Problem);

/// <summary>Whether the ledger adds up.</summary>
/// <param name="Block">The block that the report was computed at.</param>
/// <param name="At">The time of that block, Unix milliseconds.</param>
/// <param name="Accounts">How many accounts of the tenant were looked at.</param>
public sealed record InvariantReport(long Block, long At, long Accounts, IReadOnlyList<InvariantCheck> Checks)
{
    public bool Holds => Checks.All(check => check.Holds);
}

/// <param name="Name">One of <see cref="LedgerChecks"/>.</param>
/// <param name="Finding">Where it does not hold; null where it does.</param>
public sealed record InvariantCheck(string Name, Finding? Finding)
{
    public bool Holds => Finding is null;
}

/// <summary>A block without its content.</summary>
/// <param name="Records">How many records of the tenant it holds.</param>
/// <param name="Transfers">How many transfers of the tenant it holds.</param>
public sealed record BlockSummary(long Number, long At, byte[] Previous, byte[] Hash, int Records, int Transfers);

/// <param name="Next">Pass it as <c>after</c> to go on; null at the end of the log.</param>
public sealed record BlockPage(IReadOnlyList<BlockSummary> Blocks, long? Next);

/// <summary>The state of all logs.</summary>
/// <param name="Findings">What does not hold, with its log.</param>
/// <param name="FullAt">Since when every log has been read as a whole; null where none has a block.</param>
public sealed record LedgerVerification(IReadOnlyList<(int Partition, Finding Finding)> Findings, DateTimeOffset? FullAt)
{
    /// <summary>How many statements do not hold: sums, limits, lots, accounts that differ from what is served.</summary>
    public int Violations => Findings.Count(found => found.Finding.Check != LedgerChecks.Chain);

    /// <summary>How many logs have a block that is not what was sealed.</summary>
    public int BrokenChains => Findings.Count(found => found.Finding.Check == LedgerChecks.Chain);
}
