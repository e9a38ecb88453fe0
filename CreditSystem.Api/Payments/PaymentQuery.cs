using MongoDB.Driver;

namespace CreditSystem.Api.Payments;

/// <summary>Which payments of a tenant are wanted; what is null is not asked for.</summary>
internal sealed record PaymentQuery(string Tenant)
{
    /// <summary>Who began them.</summary>
    public string? Principal { get; init; }

    /// <summary>The accounts that get the credits.</summary>
    public IReadOnlyList<string>? Accounts { get; init; }

    public string? Asset { get; init; }

    /// <summary>Stripe's word.</summary>
    public string? Status { get; init; }

    /// <summary>The earliest time, inclusive.</summary>
    public DateTime? From { get; init; }

    /// <summary>The time before which.</summary>
    public DateTime? Until { get; init; }

    /// <summary>Only those for which the ledger did not do what is due.</summary>
    public bool NeedsAttention { get; init; }

    /// <summary>The last one of the page before.</summary>
    public (DateTime At, string Id)? After { get; init; }

    public FilterDefinition<Payment> ToFilter()
    {
        var (all, filter) = (Builders<Payment>.Filter, Builders<Payment>.Filter.Eq(payment => payment.Tenant, Tenant));
        if (Principal is not null)
            filter &= all.Eq(payment => payment.Principal, Principal);
        if (Accounts is not null)
            filter &= Accounts is [var one] ? all.Eq(payment => payment.Account, one) : all.In(payment => payment.Account, Accounts);
        if (Asset is not null)
            filter &= all.Eq(payment => payment.Asset, Asset);
        if (Status is not null)
            filter &= all.Eq(payment => payment.Status, Status);
        if (From is { } from)
            filter &= all.Gte(payment => payment.CreatedAt, from);
        if (Until is { } until)
            filter &= all.Lt(payment => payment.CreatedAt, until);
        if (NeedsAttention)
            filter &= all.Ne(payment => payment.Refused, null);
        if (After is { } after)
            filter &= all.Lt(payment => payment.CreatedAt, after.At)
                | all.Eq(payment => payment.CreatedAt, after.At) & all.Lt(payment => payment.Id, after.Id);
        return filter;
    }
}
