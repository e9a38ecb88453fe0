using System.Text.Json;

namespace CreditSystem.Api.Features.Transfers;

/// <summary>A transfer as it stands in the journal; it never changes.</summary>
/// <param name="Id">Names the transfer: follows from tenant, principal and Idempotency-Key.</param>
/// <param name="Kind">Why credits moved.</param>
/// <param name="From">The account that was debited.</param>
/// <param name="To">The account that was credited.</param>
/// <param name="Asset">What was moved.</param>
/// <param name="Amount">How much, in minor units.</param>
/// <param name="Reference">The caller's own name for it.</param>
/// <param name="Metadata">What the caller wanted kept with it.</param>
/// <param name="Allocations">Which grants paid; absent where none did.</param>
/// <param name="Returned">What became of the credits of a reversal, grant by grant; absent where no grant had paid.</param>
/// <param name="Debt">What the account owes after it; absent for nothing.</param>
/// <param name="Reversed">How much of it has been reversed; only when the transfer is read.</param>
/// <param name="Block">The block of the log that holds it.</param>
/// <param name="CreatedAt">When it was posted.</param>
/// <param name="Reverses">The transfer of which it gave something back; absent where it is no reversal.</param>
/// <param name="Hold">The hold that it placed, captured or released; absent elsewhere.</param>
/// <param name="Grant">The grant that it issued, or ended; absent elsewhere.</param>
public sealed record TransferResponse(
    Guid Id, [property: ValuesOf(typeof(TransferKindCodes))] string Kind, Guid From, Guid? To, string Asset,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    string? Reference, JsonElement? Metadata, IReadOnlyList<Allocation>? Allocations, IReadOnlyList<ReturnedCredits>? Returned,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Debt,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Reversed,
    long Block, DateTimeOffset CreatedAt, Guid? Reverses, Guid? Hold, Guid? Grant)
{
    internal static TransferResponse Create(LedgerRecord record, int index, long? reversed = null)
    {
        var posting = record.Postings[index];
        var (reference, metadata) = record.Details(index);
        // A posting that only sets aside or releases has one entry, of amount zero.
        var only = posting.Entries.Length == 1;
        return new TransferResponse(
            posting.Id, posting.Kind.ToCode(), only ? posting.Entries[0].Account : posting.Debit.Account,
            only ? null : posting.Credit.Account,
            posting.Asset, posting.Amount, reference, Json(metadata), only ? null : Allocation.From(posting.Debit),
            ReturnedCredits.From(record, index), Array.Find(posting.Entries, entry => entry.Debt is { Amount: > 0 })?.Debt!.Amount,
            reversed, record.Block, WireNames.Time(record.At), IsEnd(posting.Kind) ? null : record.ReversedTransfer, record.Hold?.Id,
            GrantOf(posting));
    }

    // What follows from a reversal is none: the end of a grant to which it gave something back.
    private static bool IsEnd(TransferKind kind) => kind is TransferKind.Expiry or TransferKind.Void;

    private static Guid? GrantOf(Posting posting) => posting switch
    {
        { Kind: TransferKind.Grant } when Array.Find(posting.Credit.Lots, lot => !lot.Terms.IsBase) is { } issued => issued.Terms.Id,
        { Entries.Length: 2 } when IsEnd(posting.Kind) && Array.Find(posting.Debit.Lots, lot => !lot.Terms.IsBase) is { } ended =>
            ended.Terms.Id,
        _ => null,
    };

    internal static JsonElement? Json(string? metadata)
    {
        if (metadata is null)
            return null;
        using var document = JsonDocument.Parse(metadata);
        return document.RootElement.Clone();
    }
}

/// <summary>What one grant paid of a transfer.</summary>
/// <param name="Grant">The grant; absent for what is outside grants.</param>
/// <param name="Amount">How much, in minor units.</param>
public sealed record Allocation(Guid? Grant, [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount)
{
    internal static Allocation[]? From(Entry debit)
    {
        if (debit.Lots.Length == 0)
            return null;
        var drawn = Array.FindAll(debit.Lots, lot => lot.Amount < 0);
        return drawn.Length == 0
            ? null
            : Array.ConvertAll(drawn, lot => new Allocation(lot.Terms.IsBase ? null : lot.Terms.Id, -lot.Amount));
    }
}
