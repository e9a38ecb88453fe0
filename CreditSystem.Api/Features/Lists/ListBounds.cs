using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Features.Lists;

/// <summary>Which page of a list is wanted, and of what time.</summary>
internal sealed record ListBounds
{
    [FromQuery(Name = "created[gte]"), Description("The earliest time, RFC 3339, inclusive.")]
    public string? CreatedFrom { get; init; }

    [FromQuery(Name = "created[lt]"), Description("The time before which, RFC 3339.")]
    public string? CreatedUntil { get; init; }

    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    public HttpContext Context { get; init; } = null!;

    /// <summary>The page that is wanted, and of what time in Unix milliseconds.</summary>
    public Validated<(Page Page, long? From, long? Until)> Read()
    {
        if (!Page.Read(Context, Cursor, Limit).TryGet(out var page, out var problem)
            || !Timestamp.Period("created[gte]", CreatedFrom, "created[lt]", CreatedUntil).TryGet(out var period, out problem))
            return problem;
        return (page, period.From, period.Until);
    }
}
