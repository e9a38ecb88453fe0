namespace CreditSystem.Api.Features.Transfers;

/// <summary>What became of a part of the credits that a reversal gave back.</summary>
/// <param name="Grant">The grant that has them; absent for what is outside grants.</param>
/// <param name="Amount">How much, in minor units.</param>
/// <param name="Outcome">restored: they can be spent again. extended: so they can, as a new grant. expired: the grant had expired,
/// and they went to breakage. voided: the grant had been voided, and they went to its source.</param>
/// <param name="ExpiresAt">When they expire; absent for never, and where they cannot be spent.</param>
public sealed record ReturnedCredits(
    Guid? Grant, [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    [property: AllowedValues("restored", "extended", "expired", "voided")] string Outcome, DateTimeOffset? ExpiresAt)
{
    internal static ReturnedCredits[]? From(LedgerRecord record, int index)
    {
        if (index != 0 || record.Postings[0] is not { Kind: TransferKind.Reversal, Credit.Lots: { Length: > 0 } lots })
            return null;
        var ended = record.Postings.Skip(1).ToDictionary(posting => posting.Debit.Lots[0].Terms.Id, posting => posting.Kind);
        return [.. lots.Where(lot => lot.Amount > 0).Select((lot, place) => From(record, lot, place, ended))];
    }

    private static ReturnedCredits From(LedgerRecord record, LotChange lot, int place, Dictionary<Guid, TransferKind> ended)
    {
        if (lot.Terms.IsBase)
            return new ReturnedCredits(null, lot.Amount, "restored", null);
        if (ended.TryGetValue(lot.Terms.Id, out var kind))
            return new ReturnedCredits(lot.Terms.Id, lot.Amount, kind == TransferKind.Void ? "voided" : "expired", null);
        var outcome = lot.Terms.Id == LedgerId.ForExtendedGrant(record.Command.Id, place) ? "extended" : "restored";
        return new ReturnedCredits(
            lot.Terms.Id, lot.Amount, outcome, lot.Terms.ExpiresAt is { } expiresAt ? WireNames.Time(expiresAt) : null);
    }
}
