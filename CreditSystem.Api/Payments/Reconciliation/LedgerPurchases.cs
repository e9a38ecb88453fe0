using System.Text.Json;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Log;

namespace CreditSystem.Api.Payments.Reconciliation;

/// <param name="Payment">The payment that it names; null for none.</param>
internal sealed record LedgerPurchase(Guid Transfer, string? Payment, long Credits);

/// <summary>Lists what came out of a tenant's account for payments.</summary>
internal sealed class LedgerPurchases(CreditLedger ledger)
{
    private const int PageSize = 200;

    public async Task<List<LedgerPurchase>> ListAsync(
        string tenant, string asset, DateTime from, DateTime to, CancellationToken cancellationToken)
    {
        var found = new List<LedgerPurchase>();
        var clearing = LedgerId.ForSystemAccount(tenant, SystemAccount.StripeClearing, asset);
        if (await ledger.FindAccountAsync(tenant, clearing, linearizable: true) is not { } account)
            return found;
        var (first, end) = (new DateTimeOffset(from).ToUnixTimeMilliseconds(), new DateTimeOffset(to).ToUnixTimeMilliseconds());
        HistoryPosition? position = null;
        do
        {
            var page = await ledger.EntriesAsync(account, position, PageSize, cancellationToken)
                ?? throw new LedgerCorruptException($"the history of {clearing} is not what it was a moment ago", account.PreviousBlock);
            foreach (var entry in page.Entries.Where(entry => entry.At >= first && entry.At < end && IsPurchase(entry)))
                found.Add(
                    new LedgerPurchase(entry.Transfer, await PaymentOfAsync(tenant, entry.Transfer, cancellationToken), -entry.Amount));
            position = page.Entries.Count > 0 && page.Entries[^1].At >= first ? page.Next : null;
        }
        while (position is not null);
        return found;
    }

    /// <summary>What comes out for a holder, whatever it is called; what is only given back after a refund is not.</summary>
    private static bool IsPurchase(HistoryEntry entry) =>
        entry.Amount < 0 && entry.Kind is not (TransferKind.Refund or TransferKind.Expiry);

    private async Task<string?> PaymentOfAsync(string tenant, Guid transfer, CancellationToken cancellationToken)
    {
        if (await ledger.FindRecordAsync(tenant, transfer, cancellationToken) is not { } record
            || record.Details(0).Metadata is not { } metadata)
            return null;
        using var details = JsonDocument.Parse(metadata);
        return details.RootElement.TryGetProperty("payment", out var payment) && payment.ValueKind == JsonValueKind.String
            ? payment.GetString()
            : null;
    }
}
