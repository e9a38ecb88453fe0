using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Http.Paging;

/// <summary>Which page of a list is wanted, as it comes.</summary>
internal sealed record PageQuery
{
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    public HttpContext Context { get; init; } = null!;

    public Validated<Page> Read() => Page.Read(Context, Cursor, Limit);
}
