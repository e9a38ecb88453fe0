using System.Globalization;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.Payments.TopUps;

/// <summary>What becomes of a policy: decided without I/O, and stored by the first who tries.</summary>
internal static class TopUpRules
{
    /// <summary>What is bought to come from what is available to where the terms say; null where the offer has it no more.</summary>
    public static (long Credits, long Price)? Purchase(TopUpTerms terms, PaymentOffer offer, long available)
    {
        if (terms.Package is { } id)
            return offer.Packages.FirstOrDefault(package => package.Id == id) is { } package ? (package.Credits, package.Price) : null;
        var rate = offer.Prices.UnitsPerPriceUnit;
        var price = terms.Price ?? (long)Int128.Min(((Int128)terms.Target!.Value - available + rate - 1) / rate, offer.Prices.MaxPrice);
        price = Math.Max(price, offer.Prices.MinPrice);
        return price > offer.Prices.MaxPrice ? null : (price * rate, price);
    }

    /// <summary>The policy with a charge under way; or, where a cap is in the way, with the time at which that ends.</summary>
    public static TopUpPolicy Begin(
        TopUpPolicy policy, string asset, (long Credits, long Price) purchase, DateTime now, TopUpOptions options)
    {
        var charged = SumAt(policy.Charged, now);
        var terms = policy.Terms;
        if (charged.OfMonth + purchase.Price > terms.MonthlyCap)
            return Capped(
                policy, "monthly_cap", new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1), charged, now);
        if (charged.OfDay + purchase.Price > terms.DailyCap)
            return Capped(policy, "daily_cap", now.Date.AddDays(1), charged, now);
        var sequence = policy.Sequence + 1;
        return policy with
        {
            Sequence = sequence,
            Charge = new TopUpCharge(
                $"top-up/{policy.Account}/{sequence.ToString(CultureInfo.InvariantCulture)}", asset, purchase.Credits, purchase.Price,
                terms.Currency, terms.Card, now),
            Charged = charged with { OfDay = charged.OfDay + purchase.Price, OfMonth = charged.OfMonth + purchase.Price },
            NextAt = now.AddSeconds(options.ResumeSeconds),
            Reason = null,
        };
    }

    /// <summary>The charge was paid and credited.</summary>
    public static TopUpPolicy Succeed(
        TopUpPolicy policy, string payment, DateTime now) => Tell(policy, TopUpEvents.Succeeded, now, payment) with
        {
            Charge = null,
            Declines = 0,
            Reason = null,
            // Looked at once more: what was spent while it was under way has had nobody to look at it.
            NextAt = now,
            LastPayment = payment,
            LastAt = now,
        };

    /// <summary>The charge was declined: what was set aside for it is free again, and the next one waits.</summary>
    public static TopUpPolicy Decline(TopUpPolicy policy, string reason, DateTime now, TopUpOptions options)
    {
        var (declines, charge, charged) = (policy.Declines + 1, policy.Charge!, SumAt(policy.Charged, now));
        var isOver = declines >= options.MaxDeclines;
        var declined = Tell(policy with { Reason = reason }, isOver ? TopUpEvents.Stopped : TopUpEvents.Declined, now, charge.Payment);
        return declined with
        {
            Status = isOver && policy.Status == TopUpPolicy.Active ? TopUpPolicy.Stopped : policy.Status,
            Charge = null,
            Charged = charged with
            {
                OfDay = charged.OfDay - (DayOf(charge.At) == charged.Day ? charge.Price : 0),
                OfMonth = charged.OfMonth - (MonthOf(charge.At) == charged.Month ? charge.Price : 0),
            },
            Declines = declines,
            NextAt = isOver ? null : now + Backoff.Longest(TimeSpan.FromMinutes(options.BackOffMinutes), TimeSpan.FromDays(1), declines),
        };
    }

    /// <summary>Paid, but the ledger does not take it: nothing more is charged before somebody has looked.</summary>
    public static TopUpPolicy Stop(TopUpPolicy policy, string reason, string? payment, DateTime now) =>
        Tell(policy with { Reason = reason }, TopUpEvents.Stopped, now, payment) with
        {
            Status = policy.Status == TopUpPolicy.Active ? TopUpPolicy.Stopped : policy.Status,
            Charge = null,
            NextAt = null,
            LastPayment = payment ?? policy.LastPayment,
        };

    public static TopUpSum SumAt(TopUpSum sum, DateTime now)
    {
        var (day, month) = (DayOf(now), MonthOf(now));
        return new TopUpSum(day, sum.Day == day ? sum.OfDay : 0, month, sum.Month == month ? sum.OfMonth : 0);
    }

    private static TopUpPolicy Capped(TopUpPolicy policy, string reason, DateTime until, TopUpSum charged, DateTime now) =>
        Tell(policy with { Reason = reason, Charged = charged }, TopUpEvents.Capped, now, null) with { NextAt = until };

    private static TopUpPolicy Tell(TopUpPolicy policy, string type, DateTime now, string? payment) => policy with
    {
        Events =
        [
            .. policy.Events,
            new TopUpEvent(
                LedgerId.Derive(Guid.ParseExact(policy.Account, "D"), type, policy.Version).ToString("D"), type, now, payment,
                policy.Charge?.Credits ?? 0,
                policy.Charge?.Price ?? 0, policy.Terms.Currency, policy.Reason),
        ],
    };

    private static string DayOf(DateTime at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string MonthOf(DateTime at) => at.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}

/// <summary>The names of what happens to top-ups. A release adds names; it changes and removes none.</summary>
internal static class TopUpEvents
{
    public const string Succeeded = "top_up.succeeded";
    public const string Declined = "top_up.declined";
    public const string Stopped = "top_up.stopped";
    public const string Capped = "top_up.capped";

    public static IReadOnlyList<string> All { get; } = [Succeeded, Declined, Stopped, Capped];
}
