using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger;

/// <summary>A hold as it is now, and how it came to be.</summary>
public sealed record FoundHold(HoldState Hold, AccountState Account, LedgerRecord Placed);

public sealed partial class CreditLedger
{
    /// <summary>A hold of the tenant, expired if it is due; null where there is none.</summary>
    public async Task<FoundHold?> FindHoldAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        if (await FindRecordAsync(tenant, id, cancellationToken) is not { Accepted: true, Command: PlaceHold place, Hold: { } hold } placed || place.Id != id)
            return null;
        // Finding the account settles what is due on it, this hold included.
        var account = await FindAccountAsync(tenant, hold.Account, linearizable: false);
        return account is null ? null : new FoundHold(await PartitionOf(tenant).LoadHoldAsync(id, cancellationToken) ?? hold, account, placed);
    }
}
