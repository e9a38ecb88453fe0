using System.Net;

namespace CreditSystem.Cli.Bootstrap.Access;

/// <summary>A role that is there beside the one that is wanted: what to write, and what that would take away.</summary>
/// <param name="Changes">The fields to write.</param>
/// <param name="Kept">Stricter values that are there and that the system can live with, as text.</param>
/// <param name="Weaker">What a write would make weaker, as text.</param>
internal sealed record RoleComparison(JsonObject Changes, IReadOnlyList<string> Kept, IReadOnlyList<string> Weaker)
{
    // Shorter than wanted they are stricter, and a client that renews and logs in again does not mind.
    private static readonly string[] KeptWhereShorter = ["token_ttl", "token_max_ttl"];
    private static readonly string[] Limits = ["secret_id_ttl", "secret_id_num_uses", .. KeptWhereShorter];
    private static readonly string[] AddressLists = ["secret_id_bound_cidrs", "token_bound_cidrs"];

    public static RoleComparison Of(JsonObject present, JsonObject wanted)
    {
        var (changes, kept, weaker) = (new JsonObject(), new List<string>(), new List<string>());
        foreach (var (name, value) in wanted)
        {
            var (was, becomes) = (Canonical(present[name]), Canonical(value));
            if (was == becomes)
                continue;
            if (KeptWhereShorter.Contains(name) && IsLooser(present[name], value))
            {
                kept.Add($"{name} {Shown(was)}");
                continue;
            }

            if (IsWeaker(name, present[name], value))
                weaker.Add($"{name} from {Shown(was)} to {Shown(becomes)}");
            changes[name] = value?.DeepClone();
        }

        return new RoleComparison(changes, kept, weaker);
    }

    private static bool IsWeaker(string name, JsonNode? present, JsonNode? wanted) => name switch
    {
        "bind_secret_id" or "token_no_default_policy" => Canonical(present) == "true",
        "token_policies" => present is JsonArray { Count: > 0 } policies && !Texts(wanted).All(Texts(policies).Contains),
        _ when Limits.Contains(name) => IsLooser(present, wanted),
        _ when AddressLists.Contains(name) =>
            present is JsonArray { Count: > 0 } && !Texts(wanted).All(block => IsWithin(block, Texts(present))),
        _ => false,
    };

    /// <summary>Zero is without limit.</summary>
    private static bool IsLooser(JsonNode? present, JsonNode? wanted) =>
        Number(present) is > 0 and var was && (Number(wanted) is 0 || Number(wanted) > was);

    private static bool IsWithin(string block, IEnumerable<string> blocks) => IPNetwork.TryParse(block, out var inner)
        && blocks.Any(outer => IPNetwork.TryParse(
            outer.Contains('/') ? outer : $"{outer}/{(outer.Contains(':') ? 128 : 32)}", out var network)
            && network.PrefixLength <= inner.PrefixLength && network.Contains(inner.BaseAddress));

    private static long Number(JsonNode? value) => value is JsonValue single && single.TryGetValue<long>(out var number) ? number : 0;

    private static IReadOnlyList<string> Texts(JsonNode? list) => list is JsonArray array ? [.. array.Select(item => $"{item}")] : [];

    private static string Shown(string canonical) => canonical.Length == 0 ? "none" : canonical;

    // An absent field, null, false and 0 are the same to Vault, and of addresses the order and a /32 say nothing.
    private static string Canonical(JsonNode? value) => value switch
    {
        JsonArray array => string.Join(',', array.Select(Canonical).Order(StringComparer.Ordinal)),
        JsonValue single when single.TryGetValue<bool>(out var flag) => flag ? "true" : "",
        JsonValue single when single.TryGetValue<long>(out var number) => number == 0 ? "" : $"{number}",
        _ => value?.ToString() is { } text && text.EndsWith("/32", StringComparison.Ordinal) ? text[..^3] : value?.ToString() ?? "",
    };
}
