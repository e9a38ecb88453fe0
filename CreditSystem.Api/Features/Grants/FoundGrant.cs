using CreditSystem.Api.Features.Transfers;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;

namespace CreditSystem.Api.Features.Grants;

/// <summary>Grants as they are now on the accounts that they were given to.</summary>
internal sealed class FoundGrant(CreditLedger ledger, TimeProvider time)
{
    /// <summary>How some grants of one tenant stand, in their order.</summary>
    /// <param name="issued">The records that gave them.</param>
    /// <param name="accounts">The accounts that they were given to.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<GrantResponse>> ReadAsync(
        IReadOnlyList<LedgerRecord> issued, IReadOnlyDictionary<Guid, AccountState> accounts, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var over = issued.Where(record => OpenLot(record, accounts, now) is null)
            .ToDictionary(record => new StatusPosition(TermsOf(record).CreatedAt, TermsOf(record).Id), AccountOf);
        var ended = over.Count == 0 ? [] : await ledger.PartitionOf(issued[0].Command.Tenant).FindEndedAsync(
            issued[0].Command.Tenant, LedgerList.Grants, over, cancellationToken);
        var found = new List<GrantResponse>(issued.Count);
        foreach (var record in issued)
            found.Add(OpenLot(record, accounts, now) is { } lot
                ? Open(record, accounts[AccountOf(record)], lot, now)
                : GrantResponse.Issued(record) with
                {
                    Remaining = 0,
                    Held = 0,
                    Status = await EndAsync(record, ended, now, cancellationToken),
                });
        return found;
    }

    private static GrantResponse Open(LedgerRecord issued, AccountState account, Lot lot, long now)
    {
        var (reference, metadata) = issued.Details(0);
        return GrantResponse.From(account, lot, now) with { Reference = reference, Metadata = TransferResponse.Json(metadata) };
    }

    // Where it is not stored how it ended, as of a log from before that was: a grant that was to be over by now has expired.
    private async ValueTask<string> EndAsync(
        LedgerRecord issued, Dictionary<Guid, ListStatus> ended, long now, CancellationToken cancellationToken)
    {
        var terms = TermsOf(issued);
        var isVoided = ended.TryGetValue(terms.Id, out var status)
            ? status == ListStatus.Voided
            : await ledger.PartitionOf(issued.Command.Tenant).FindRecordAsync(
                LedgerId.ForVoidedGrant(terms.Id, AccountOf(issued)), cancellationToken) is { Command: VoidGrant };
        var isExpired = ended.ContainsKey(terms.Id) ? status == ListStatus.Expired : terms.ExpiresAt <= now;
        return isVoided ? "voided" : isExpired ? "expired" : "used";
    }

    // What is set aside of a grant outlives its expiry.
    private static Lot? OpenLot(LedgerRecord issued, IReadOnlyDictionary<Guid, AccountState> accounts, long now)
    {
        var terms = TermsOf(issued);
        return Array.Find(accounts[AccountOf(issued)].Lots, lot => lot.Terms.Id == terms.Id) is { } lot
            && (!(terms.ExpiresAt <= now) || lot.Pinned > 0) ? lot : null;
    }

    private static LotTerms TermsOf(LedgerRecord issued) => issued.Postings[0].Credit.Lots[0].Terms;

    private static Guid AccountOf(LedgerRecord issued) => issued.Postings[0].Credit.Account;
}
