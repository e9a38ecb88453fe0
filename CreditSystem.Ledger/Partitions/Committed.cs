using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Partitions;

/// <summary>The outcome of a command.</summary>
/// <param name="Record">What the log has under the command's id.</param>
/// <param name="Replayed">The outcome is that of an earlier request with the same id.</param>
public readonly record struct Committed(LedgerRecord Record, bool Replayed);
