using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CreditSystem.Api.Payments.Endpoints;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Commands.Receivables;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Api.Payments;

/// <summary>
/// The payments of the ledger. A payment is one purchase, and what is taken back of it is a sequence of records whose ids follow from
/// the purchase and their number: who finds a number taken reads what was done there and goes on with the next one.
/// </summary>
internal sealed class PaymentLedger(CreditLedger ledger)
{
    public const string Principal = "payments/stripe";

    /// <summary>Credits the payment, or finds that it is.</summary>
    /// <returns>The record of it; a refusal leaves no trace and is asked for again with the next notice.</returns>
    public async Task<(LedgerRecord Record, bool IsNew)> CreditAsync(PaymentOrder order, string payment)
    {
        var first = await SubmitAsync(Purchase(order, payment, payment));
        // Refusals were kept once, under this id: what was refused then gets the next one.
        return first is { Record.Accepted: false, Replayed: true } && await SubmitAsync(Purchase(order, payment, $"{payment}/again"))
            is var second ? (second.Record, !second.Replayed) : (first.Record, !first.Replayed);
    }

    /// <summary>Brings what is taken back of a purchase to a sum.</summary>
    public async Task<Settlement> TakeBackAsync(LedgerRecord purchase, string payment, long credits)
    {
        var (tenant, transfer) = (purchase.Command.Tenant, purchase.Postings[0].Id);
        var (movements, taken) = (new List<PaymentMovement> { Credited(purchase) }, 0L);
        while (true)
        {
            var command = new TakeBack(
                IdOf(transfer, movements.Count), Fingerprint($"{payment}/{movements.Count}"), tenant, transfer, credits, Details(payment));
            var committed = await SubmitAsync(command);
            if (committed.Record.Rejection is { } rejection)
                return new Settlement(movements, rejection.Code, HasMoved: false);
            if (committed.Record.Postings.Length == 0)
                return new Settlement(movements, null, HasMoved: false);
            movements.Add(TakenBack(committed.Record, taken));
            taken = committed.Record.TakenBack;
            if (!committed.Replayed)
                return new Settlement(movements, null, HasMoved: true);
        }
    }

    /// <summary>All that the ledger has done for a payment.</summary>
    public async Task<IReadOnlyList<PaymentMovement>> MovementsAsync(string tenant, string payment, CancellationToken cancellationToken)
    {
        if (await FindPurchaseAsync(tenant, payment, cancellationToken) is not { } purchase)
            return [];
        var (movements, taken) = (new List<PaymentMovement> { Credited(purchase) }, 0L);
        while (await ledger.PartitionOf(tenant).FindRecordAsync(IdOf(purchase.Postings[0].Id, movements.Count), cancellationToken)
            is { } record)
        {
            movements.Add(TakenBack(record, taken));
            taken = record.TakenBack;
        }
        return movements;
    }

    /// <summary>The record that credited a payment; null while none has.</summary>
    public async Task<LedgerRecord?> FindPurchaseAsync(string tenant, string payment, CancellationToken cancellationToken)
    {
        foreach (var name in (string[])[payment, $"{payment}/again"])
            if (await ledger.FindRecordAsync(tenant, LedgerId.ForKey(tenant, Principal, name), cancellationToken) is
                { Accepted: true } record)
                return record;
        return null;
    }

    private static Transfer Purchase(PaymentOrder order, string payment, string name) => new(
        LedgerId.ForKey(order.Tenant, Principal, name), Fingerprint(name), order.Tenant, null, TransferKind.Purchase,
        AccountRef.To(SystemAccount.StripeClearing), AccountRef.To(order.Account), order.Asset, order.Credits, Reference: null,
        Details(payment));

    private async Task<Committed> SubmitAsync(Command command) =>
        (await ledger.SubmitAsync(command.Tenant, [command with { KeepsOutcome = false }]))[0];

    private static PaymentMovement Credited(LedgerRecord record) =>
        new(record.Postings[0].Id, "purchase", record.Postings[0].Amount, 0, record.Block, WireNames.Time(record.At));

    // What was taken back and did not move is what is owed, and likewise what was given back.
    private static PaymentMovement TakenBack(LedgerRecord record, long before)
    {
        var (change, moved) = (record.TakenBack - before, 0L);
        foreach (var posting in record.Postings)
            if (posting.Kind == TransferKind.Refund)
                moved += posting.Amount;
        return change > 0
            ? new(record.Postings[0].Id, "taken_back", -moved, change - moved, record.Block, WireNames.Time(record.At))
            : new(record.Postings[^1].Id, "given_back", moved, change + moved, record.Block, WireNames.Time(record.At));
    }

    private static Guid IdOf(Guid purchase, int number) => LedgerId.Derive(purchase, "taken back", number);

    private static byte[] Fingerprint(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));

    private static string Details(string payment) => $"{{\"payment\":\"{JsonEncodedText.Encode(payment)}\"}}";
}
