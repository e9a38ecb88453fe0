namespace CreditSystem.Ledger.Verification;

/// <summary>A statement about the ledger that does not hold, and where.</summary>
/// <param name="Tenant">Whose ledger; null where it is about the log, which tenants share.</param>
/// <param name="Check">One of <see cref="LedgerChecks"/>.</param>
/// <param name="Account">The account, where it is about one.</param>
/// <param name="Block">The block that shows it.</param>
/// <param name="Detail">What is wrong, in words and numbers.</param>
public sealed record Finding(string? Tenant, string Check, Guid? Account, long Block, string Detail);

/// <summary>What is checked. The names are part of the API and of the metrics.</summary>
internal static class LedgerChecks
{
    public const string Entries = "entries_sum_to_zero";
    public const string Limits = "accounts_within_limit";
    public const string Lots = "lots_equal_posted";
    public const string Debts = "debts_follow_entries";
    public const string Chain = "chain_unbroken";
    public const string Projection = "projection_matches_log";

    public static IReadOnlyList<string> All { get; } = [Entries, Limits, Lots, Debts, Chain, Projection];
}
