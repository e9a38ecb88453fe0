using CreditSystem.Ledger;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Api.Features.Grants;

/// <summary>Grants as they are now on the accounts that they were given to.</summary>
internal sealed class FoundGrant(CreditLedger ledger, TimeProvider time)
{
    /// <summary>How a grant stands.</summary>
    /// <param name="issued">The record that gave it.</param>
    /// <param name="account">The account that it was given to.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<GrantResponse> ReadAsync(LedgerRecord issued, AccountState account, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var first = GrantResponse.Issued(issued);
        var isOver = issued.Postings[0].Credit.Lots[0].Terms.ExpiresAt <= now;
        if (Array.Find(account.Lots, lot => lot.Terms.Id == first.Id) is { } lot && (!isOver || lot.Pinned > 0))
            return GrantResponse.From(account, lot, now) with { Reference = first.Reference, Metadata = first.Metadata };
        var voided = LedgerId.ForVoidedGrant(first.Id, account.Id);
        var isVoided = await ledger.PartitionOf(account.Tenant).FindRecordAsync(voided, cancellationToken) is { Command: VoidGrant };
        return first with { Remaining = 0, Held = 0, Status = isVoided ? "voided" : isOver ? "expired" : "used" };
    }
}
