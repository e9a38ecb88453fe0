using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Features.Accounts;

/// <summary>Which account a route is about, and how new the answer must be.</summary>
internal sealed record AccountQuery
{
    [FromRoute(Name = "id"), Description("The id of an account, or the name of a system account.")]
    public string Id { get; init; } = "";

    [FromQuery(Name = "asset"), Description("The asset of a system account; by default `credits`.")]
    public string? Asset { get; init; }

    [FromQuery(Name = "consistency")]
    [AllowedValues("strong", "eventual")]
    [Description("`strong` (default): all that was committed before the request. `eventual`: what this replica knows.")]
    public string? Consistency { get; init; }
}
