using System.ComponentModel;
using CreditSystem.Api.Features.Lists;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Payments.Endpoints;

/// <summary>Which payments are wanted.</summary>
internal sealed record PaymentListQuery
{
    [FromQuery(Name = "account"), Description("Only those that are to be credited to this account.")]
    public string? Account { get; init; }

    [FromQuery(Name = "holder"), Description("Only those that are to be credited to this holder's accounts.")]
    public string? Holder { get; init; }

    [FromQuery(Name = "asset"), Description("Only those that buy this asset.")]
    public string? Asset { get; init; }

    [FromQuery(Name = "status"), Description("Only those of which Stripe has this to say, for example succeeded.")]
    public string? Status { get; init; }

    [FromQuery(Name = "needs_attention")]
    [Description("true: only those that are paid, or went back, without that the ledger could follow.")]
    public bool? NeedsAttention { get; init; }
}

internal static class ListPayments
{
    public static async Task<Results<Ok<PaymentPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, PaymentStore store, ListService lists, IOptions<LedgerOptions> options,
        [AsParameters] PaymentListQuery query, [AsParameters] ListBounds bounds, CancellationToken cancellationToken)
    {
        if (!bounds.Read().TryGet(out var span, out var problem) || !Bind(caller, query, options.Value).TryGet(out var wanted, out problem))
            return problem;
        if (!TimePlace.TryRead(span.Page.Place, out var after))
            return Page.Invalid();
        wanted = wanted with { From = TimeOf(span.From), Until = TimeOf(span.Until), After = after };
        if (query.Holder is { } holder && caller.Holder is null)
            wanted = wanted with { Accounts = await OfHolderAsync(caller, query, holder, lists, cancellationToken) };
        var found = await store.ListAsync(wanted, span.Page.Limit + 1, cancellationToken);
        var page = found.Take(span.Page.Limit).ToList();
        return TypedResults.Ok(new PaymentPage(
            [.. page.Select(payment => PaymentResponse.From(payment))],
            found.Count > span.Page.Limit ? span.Page.CursorAt(TimePlace.Of(page[^1].CreatedAt, page[^1].Id)) : null));
    }

    private static Validated<PaymentQuery> Bind(RequestCaller caller, PaymentListQuery query, LedgerOptions options)
    {
        if ((RequestValidation.Text("account", query.Account, RequestValidation.MaxNameLength)
            ?? RequestValidation.Text("holder", query.Holder, RequestValidation.MaxNameLength)
            ?? RequestValidation.Text("status", query.Status, RequestValidation.MaxNameLength)) is { } invalid)
            return invalid;
        if (query.Asset is not null && options.Asset(caller.Tenant, query.Asset) is null)
            return RequestValidation.UnknownAsset();
        return new PaymentQuery(caller.Tenant)
        {
            // A user sees what it began itself, whatever it asks for.
            Principal = caller.Holder,
            Accounts = query.Account is { } account ? [OneForm(account)] : null,
            Asset = query.Asset,
            Status = query.Status,
            NeedsAttention = query.NeedsAttention == true,
        };
    }

    private static async Task<IReadOnlyList<string>> OfHolderAsync(
        RequestCaller caller, PaymentListQuery query, string holder, ListService lists, CancellationToken cancellationToken)
    {
        var own = (await lists.OfHolderAsync(caller.Tenant, holder, query.Asset, cancellationToken))
            .Select(account => account.Id.ToString("D"));
        return query.Account is { } account ? [.. own.Where(id => id == OneForm(account))] : [.. own];
    }

    private static string OneForm(string account) => RequestValidation.TryParseId(account, out var id) ? id.ToString("D") : account;

    private static DateTime? TimeOf(long? milliseconds) =>
        milliseconds is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime : null;
}
