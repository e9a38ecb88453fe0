using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Features.Accounts;

/// <summary>Which account a route is about, and how new the answer must be.</summary>
internal sealed record AccountQuery(
    [FromRoute, Description("The id of an account, or the name of a system account.")] string Id,
    [FromQuery, Description("The asset of a system account; by default `credits`.")] string? Asset = null,
    [FromQuery, Description("`strong` (default): all that was committed before the request. `eventual`: what this replica knows.")] string? Consistency = null);
