using CreditSystem.Api.Hardening;
using CreditSystem.Api.Payments.Endpoints;

namespace CreditSystem.Api.Payments.Notices;

/// <param name="Id">The provider's id of the event.</param>
/// <param name="Payment">The payment that it is about, where that can be said.</param>
/// <param name="Reason">malformed, or why the ledger did not do what is due.</param>
/// <param name="Attempts">How often it came, or was processed again, to no avail.</param>
public sealed record UnusableNoticeResponse(
    string Id, string? Type, string? Payment, string Reason, string? Detail, int Attempts, DateTimeOffset FirstAt, DateTimeOffset LastAt)
{
    internal static UnusableNoticeResponse From(UnusableNotice notice) => new(
        notice.Id, notice.Type, notice.Payment, notice.Reason, notice.Detail, notice.Attempts, WireNames.Time(notice.FirstAt),
        WireNames.Time(notice.LastAt));
}

/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record UnusableNoticePage(IReadOnlyList<UnusableNoticeResponse> Notices, string? NextCursor);

/// <param name="Processed">False: it still cannot be used.</param>
/// <param name="Reason">Why not.</param>
public sealed record ProcessedNoticeResponse(string Id, string Payment, bool Processed, string? Reason);

/// <summary>
/// Notices that could not be used, on the management port alone: what is not understood belongs to no tenant yet. What of it is a
/// payment of a tenant that needs attention is in the list of that tenant's payments as well.
/// </summary>
internal static class NoticeEndpoints
{
    public static void MapNotices(this IEndpointRouteBuilder routes)
    {
        var notices = routes.MapManagement().MapGroup("/payments/notices").AnswerPaymentFailures();
        notices.MapGet("", ListAsync);
        notices.MapPost("/{id}/process", ProcessAsync);
    }

    private static async Task<Results<Ok<UnusableNoticePage>, ProblemHttpResult>> ListAsync(
        NoticeStore store, [AsParameters] PageQuery paging, CancellationToken cancellationToken)
    {
        if (!paging.Read().TryGet(out var wanted, out var problem))
            return problem;
        var found = await store.ListUnusableAsync(wanted.PlaceId, wanted.Limit + 1, cancellationToken);
        var page = found.Take(wanted.Limit).Select(UnusableNoticeResponse.From).ToList();
        return TypedResults.Ok(new UnusableNoticePage(page, found.Count > wanted.Limit ? wanted.CursorAt(page[^1].Id) : null));
    }

    /// <summary>A notice that does not say which payment it is about is processed with the one that the query names.</summary>
    private static async Task<Results<Ok<ProcessedNoticeResponse>, ProblemHttpResult>> ProcessAsync(
        string id, NoticeStore store, NoticeProcessor processor, string? payment, CancellationToken cancellationToken)
    {
        if (await store.FindUnusableAsync(id, cancellationToken) is not { } notice)
            return ApiProblems.NotFound("notice");
        if ((payment ?? notice.Payment) is not { Length: > 0 } about)
            return ApiProblems.BadRequest("invalid_payment", "The notice does not say which payment it is about: name it as payment.");
        var reason = await processor.ProcessAgainAsync(notice, about, cancellationToken);
        return TypedResults.Ok(new ProcessedNoticeResponse(id, about, reason is null, reason));
    }
}
