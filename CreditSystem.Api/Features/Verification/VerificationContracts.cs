namespace CreditSystem.Api.Features.Verification;

/// <summary>Whether the tenant's ledger adds up.</summary>
/// <param name="Holds">Whether every check holds.</param>
/// <param name="Block">The block of the log that this was computed at.</param>
/// <param name="AsOf">The time of that block; absent where there is none yet.</param>
/// <param name="Accounts">How many accounts were looked at.</param>
/// <param name="Checks">Each check with its result.</param>
public sealed record LedgerChecksResponse(
    bool Holds, long Block, DateTimeOffset? AsOf, long Accounts, IReadOnlyList<InvariantResult> Checks);

/// <param name="Name">entries_sum_to_zero, accounts_within_limit, lots_equal_posted, debts_follow_entries,
/// chain_unbroken or projection_matches_log.</param>
/// <param name="Holds">Whether it holds.</param>
/// <param name="Detail">What does not hold, in words.</param>
/// <param name="Account">Of which account it does not hold, where it is about one.</param>
/// <param name="Block">The block that shows it.</param>
public sealed record InvariantResult(
    [property: AllowedValues("entries_sum_to_zero", "accounts_within_limit", "lots_equal_posted", "debts_follow_entries", "chain_unbroken",
        "projection_matches_log")] string Name, bool Holds, string? Detail, Guid? Account, long? Block);

/// <summary>What does not hold in any log, for those who run the installation.</summary>
public sealed record LedgerCheckResponse(int Violations, int BrokenChains, IReadOnlyList<LedgerFinding> Findings);

/// <param name="Tenant">Absent where it is about the log, which tenants share.</param>
public sealed record LedgerFinding(int Partition, string Check, string? Tenant, Guid? Account, long Block, string Detail);

/// <summary>The chain of the log that holds the tenant: what is new since the last time is recomputed, what was before is kept.</summary>
/// <param name="Intact">Whether every block is what was sealed.</param>
/// <param name="Blocks">How many blocks were found intact, from the first.</param>
/// <param name="HeadHash">The hash of the last intact block, SHA-256 in hexadecimal.</param>
/// <param name="BrokenBlock">The first block that is not what was sealed.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="LastFull">The last time that every block was read again; absent before the first.</param>
public sealed record ChainVerificationResponse(
    bool Intact, long Blocks, string HeadHash, long? BrokenBlock, string? Problem, FullVerificationResponse? LastFull);

/// <param name="At">When it ended.</param>
/// <param name="AgeSeconds">How long ago that was.</param>
/// <param name="Blocks">How many blocks it found intact, from the first.</param>
public sealed record FullVerificationResponse(DateTimeOffset At, long AgeSeconds, long Blocks);

/// <summary>Blocks of the log that holds the tenant, oldest first. The content of other tenants is not shown.</summary>
/// <param name="Blocks">At most as many as were asked for.</param>
/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record BlockPageResponse(IReadOnlyList<BlockResponse> Blocks, string? NextCursor);

/// <param name="Number">Counts from 1 without a gap.</param>
/// <param name="At">When it was made.</param>
/// <param name="Previous">The hash of the block before, in hexadecimal; zeros for the first.</param>
/// <param name="Hash">SHA-256 of the previous hash and of the content, in hexadecimal.</param>
/// <param name="Records">How many records of the tenant it holds: outcomes of requests, refusals included.</param>
/// <param name="Transfers">How many transfers of the tenant it holds.</param>
public sealed record BlockResponse(long Number, DateTimeOffset At, string Previous, string Hash, int Records, int Transfers);
