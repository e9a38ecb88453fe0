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

    [FromQuery(Name = "cursor"), Description("next_cursor of the page before.")]
    public string? Cursor { get; init; }

    [FromQuery(Name = "limit"), Description("1 to 200; by default 50.")]
    public int? Limit { get; init; }

    /// <summary>How many are wanted, and of what time in Unix milliseconds.</summary>
    public Validated<(int Limit, long? From, long? Until)> Read()
    {
        if (!Http.Cursor.Limit(Limit).TryGet(out var limit, out var problem)
            || !Timestamp.Period("created[gte]", CreatedFrom, "created[lt]", CreatedUntil).TryGet(out var period, out problem))
            return problem;
        return (limit, period.From, period.Until);
    }
}
