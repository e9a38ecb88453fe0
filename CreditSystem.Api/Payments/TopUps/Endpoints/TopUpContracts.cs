namespace CreditSystem.Api.Payments.TopUps.Endpoints;

/// <summary>When and how an account is topped up by itself. Exactly one of amount, package and target says how much is bought.</summary>
/// <param name="Threshold">An account with less than that available is topped up; minor units of the asset.</param>
/// <param name="PaymentMethod">The payer's payment method at Stripe; it is saved there for this account.</param>
/// <param name="DailyCap">The most that is charged in a day (UTC), in minor units of the currency.</param>
/// <param name="MonthlyCap">The most that is charged in a month (UTC), in minor units of the currency.</param>
/// <param name="Amount">What to pay each time, in minor units of the currency.</param>
/// <param name="Package">A package of the offer to buy each time.</param>
/// <param name="Target">What is to be available after a top-up, in minor units of the asset.</param>
/// <param name="Currency">By default the one in which credits are offered first.</param>
public sealed record PutTopUpRequest(
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Threshold,
    string PaymentMethod, long DailyCap, long MonthlyCap, int? Amount = null, string? Package = null,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Target = null, string? Currency = null);

/// <summary>The top-up of an account.</summary>
/// <param name="Status">active, or stopped: setting it again begins anew.</param>
/// <param name="Reason">Why the last charge was not made: the provider's code, daily_cap, monthly_cap, not_credited, offer_changed.</param>
/// <param name="ChargedToday">Minor units of the currency, a charge under way included.</param>
/// <param name="IsCharging">Whether a charge is under way.</param>
/// <param name="Declines">Declines since the last success.</param>
/// <param name="NextAttemptAt">Nothing is charged before.</param>
public sealed record TopUpResponse(
    string Account, [property: AllowedValues("active", "stopped")] string Status, string? Reason,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Threshold,
    long? Amount, string? Package, [property: JsonConverter(typeof(MinorUnitsConverter))] long? Target, string Currency,
    long DailyCap, long MonthlyCap, long ChargedToday, long ChargedThisMonth, bool IsCharging, int Declines,
    DateTimeOffset? NextAttemptAt, string? LastPayment, DateTimeOffset? LastAt, TopUpCardResponse PaymentMethod)
{
    internal static TopUpResponse From(TopUpPolicy policy, DateTime now)
    {
        var (terms, charged) = (policy.Terms, TopUpRules.SumAt(policy.Charged, now));
        return new TopUpResponse(
            policy.Account, policy.Status, policy.Reason, terms.Threshold, terms.Price, terms.Package, terms.Target, terms.Currency,
            terms.DailyCap, terms.MonthlyCap, charged.OfDay, charged.OfMonth, policy.Charge is not null, policy.Declines,
            policy.Charge is null ? policy.NextAt : null, policy.LastPayment, policy.LastAt,
            new TopUpCardResponse(terms.Card.Method, terms.Card.Brand, terms.Card.LastFour));
    }
}

/// <param name="Id">The payment method at Stripe.</param>
public sealed record TopUpCardResponse(string Id, string? Brand, string? LastFour);
