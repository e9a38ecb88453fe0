using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Features.Accounts;

/// <summary>Which account a route is about, and how new the answer must be.</summary>
// On the properties: attributes of a constructor break the OpenAPI document, since the array that ASP.NET Core 10 merges them into is
// of the wrong type.
internal sealed record AccountQuery(
    [property: FromRoute(Name = "id"), Description("The id of an account, or the name of a system account.")] string Id,
    [property: FromQuery(Name = "asset"), Description("The asset of a system account; by default `credits`.")] string? Asset = null,
    [property: FromQuery(Name = "consistency")]
    [property: AllowedValues("strong", "eventual")]
    [property: Description("`strong` (default): all that was committed before the request. `eventual`: what this replica knows.")]
    string? Consistency = null);
