using System.Globalization;

namespace CreditSystem.Dev.Stripe.Server;

/// <summary>Lists, newest first, with cursors (https://docs.stripe.com/api/pagination).</summary>
internal static class Pages
{
    internal static readonly string[] Parameters = ["limit", "starting_after", "ending_before", "created"];

    private const int DefaultLimit = 10;
    private const int MaxLimit = 100;

    /// <param name="oldestFirst">All that match but for the time.</param>
    /// <param name="parameters">The cursor, the limit, and when they were made.</param>
    /// <param name="url">The list's own path.</param>
    /// <param name="find">Finds the object that a cursor names.</param>
    public static JsonObject Page(
        IEnumerable<JsonObject> oldestFirst, Parameters parameters, string url, Func<string, JsonObject?> find)
    {
        var limit = parameters.Number("limit") ?? DefaultLimit;
        if (limit is < 1 or > MaxLimit)
            throw StripeFailure.Invalid($"Invalid limit: must be between 1 and {MaxLimit}.", "parameter_invalid_integer", "limit");
        var (after, before) = (parameters.Text("starting_after"), parameters.Text("ending_before"));
        if (after is not null && before is not null)
            throw StripeFailure.Invalid("You can only set one of starting_after and ending_before.", param: "ending_before");
        foreach (var (cursor, name) in new[] { (after, "starting_after"), (before, "ending_before") })
        {
            if (cursor is not null && find(cursor) is null)
                throw StripeFailure.Invalid($"No such object: '{cursor}'", "resource_missing", name);
        }

        var matching = oldestFirst.Reverse().Where(Created(parameters)).ToList();
        var page = before is not null
            ? matching.TakeWhile(value => value.Text("id") != before).Reverse().Take((int)limit + 1).ToList()
            : after is not null
            ? matching.SkipWhile(value => value.Text("id") != after).Skip(1).Take((int)limit + 1).ToList()
            : matching.Take((int)limit + 1).ToList();
        var shown = page.Take((int)limit);
        return new JsonObject
        {
            ["object"] = "list",
            ["url"] = url,
            ["has_more"] = page.Count > limit,
            ["data"] = Objects.Array((before is null ? shown : shown.Reverse()).Select(value => value.DeepClone())),
        };
    }

    private static Func<JsonObject, bool> Created(Parameters parameters)
    {
        if (parameters.Map("created") is not { } range)
            return parameters.Number("created") is { } exact ? value => value.Number("created") == exact : _ => true;
        var bounds = range.Select(pair => (pair.Key, Bound: Second((string?)pair.Value))).ToList();
        if (bounds.Any(bound => bound.Key is not ("gt" or "gte" or "lt" or "lte")))
            throw StripeFailure.Invalid("Invalid created: its members are gt, gte, lt and lte.", param: "created");
        return value => bounds.All(bound => bound.Key switch
        {
            "gt" => value.Number("created") > bound.Bound,
            "gte" => value.Number("created") >= bound.Bound,
            "lt" => value.Number("created") < bound.Bound,
            _ => value.Number("created") <= bound.Bound,
        });
    }

    private static long Second(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
        ? second
        : throw StripeFailure.Invalid($"Invalid timestamp: {text}", param: "created");
}
