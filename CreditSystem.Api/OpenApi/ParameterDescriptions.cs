using System.Globalization;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>What the parameters of every list and of every route to one thing are, where their route does not say it itself.</summary>
internal static class ParameterDescriptions
{
    public static void Complete(OpenApiOperation operation, string path)
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            parameter.Description ??= parameter.Name switch
            {
                "cursor" => "`next_cursor` of the page before, of the same list with the same filters.",
                "limit" => $"How many at most, 1 to {Page.MaxLimit}; by default {Page.DefaultLimit}.",
                "from" => "From when, RFC 3339, inclusive.",
                "to" => "Until when, RFC 3339, exclusive.",
                _ when parameter.In == ParameterLocation.Path =>
                    $"The {(parameter.Name == "name" ? "name" : "id")} of the {NounOf(parameter.Name!, path)}.",
                _ => null,
            };
            if (parameter is { Name: "limit", Schema: OpenApiSchema limit })
                (limit.Minimum, limit.Maximum) = ("1", Page.MaxLimit.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The collection that the parameter stands behind, in the singular.</summary>
    private static string NounOf(string parameter, string path)
    {
        var segments = path.Split('/');
        var place = Array.IndexOf(segments, $"{{{parameter}}}");
        var collection = place > 0 ? segments[place - 1] : parameter;
        return collection switch
        {
            "intents" => "payment",
            "deliveries" => "delivery",
            "api-keys" => "API key",
            _ => collection.TrimEnd('s').Replace('-', ' '),
        };
    }
}
