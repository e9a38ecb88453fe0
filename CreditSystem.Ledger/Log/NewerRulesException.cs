using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Log;

/// <summary>
/// A block was written by rules that this program does not know. It is neither damaged nor to be guessed at: another
/// replica, which knows them, can answer.
/// </summary>
internal sealed class NewerRulesException(int partition, long block, int rules) : LedgerUnavailableException(
    $"Block {block} of partition {partition} was written by version {rules} of the rules; "
    + $"this replica knows versions up to {RulesVersion.Newest}.",
    LedgerUnavailableReason.NewerRules);
