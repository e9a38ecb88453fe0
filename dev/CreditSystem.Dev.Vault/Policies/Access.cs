using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>What a set of policies grants.</summary>
internal sealed class Access(bool isRoot, IReadOnlyList<PolicyRule> rules)
{
    /// <summary>Of the rules that match, those of the path with the highest priority count, together.</summary>
    public Grant Of(string path)
    {
        if (isRoot)
            return new Grant(true, []);
        var folder = path.TrimEnd('/');
        IReadOnlyList<PolicyRule> exact = [.. rules.Where(rule => rule.IsExact && rule.Path == path)];
        // A list's path ends in a slash, which rules for exactly that path mostly leave out.
        if (exact.Count == 0 && folder.Length < path.Length)
            exact = [.. rules.Where(rule => rule.IsExact && rule.Path == folder)];
        if (exact.Count > 0)
            return new Grant(false, exact);
        PolicyRule? best = null;
        foreach (var rule in rules.Where(rule => !rule.IsExact && rule.Matches(path)))
            best = best is null || best.GivesWayTo(rule) ? rule : best;
        return new Grant(false, best is null ? [] : [.. rules.Where(rule => rule.Path == best.Path)]);
    }
}

/// <summary>What is granted on one path.</summary>
internal sealed class Grant(bool isRoot, IReadOnlyList<PolicyRule> rules)
{
    private static readonly string[] Order = ["create", "delete", "list", "patch", "read", "sudo", "update"];

    private readonly HashSet<string> _granted = [.. rules.SelectMany(rule => rule.Capabilities)];

    private bool IsDenied => _granted.Contains("deny");

    public bool HasSudo => isRoot || (!IsDenied && _granted.Contains("sudo"));

    public bool IsRoot => isRoot;

    /// <summary>As <c>sys/capabilities</c> says it.</summary>
    public IReadOnlyList<string> Capabilities =>
        isRoot ? ["root"] : IsDenied || _granted.Count == 0 ? ["deny"] : [.. Order.Where(_granted.Contains)];

    public bool Allows(Operation operation, JsonObject body, TimeSpan? wrapTtl)
    {
        if (isRoot)
            return true;
        return !IsDenied && _granted.Contains(operation.Name()) && AllowsWrapping(wrapTtl)
            && (operation is Operation.Read or Operation.List or Operation.Delete || AllowsParameters(body));
    }

    private bool AllowsWrapping(TimeSpan? wrapTtl)
    {
        var max = rules.Max(rule => rule.MaxWrappingTtl);
        var min = rules.Min(rule => rule.MinWrappingTtl);
        if (max == TimeSpan.Zero && min == TimeSpan.Zero)
            return true;
        return wrapTtl is { } ttl && ttl >= min && (max == TimeSpan.Zero || ttl <= max);
    }

    private bool AllowsParameters(JsonObject body)
    {
        if (rules.SelectMany(rule => rule.RequiredParameters).Any(required => !body.ContainsKey(required)))
            return false;
        if (body.Any(given => rules.Any(rule => Names(rule.DeniedParameters, given))))
            return false;
        var allowed = rules.Where(rule => rule.AllowedParameters.Count > 0).ToList();
        return allowed.Count == 0 || body.All(given => allowed.Any(rule => Names(rule.AllowedParameters, given)));
    }

    private static bool Names(IReadOnlyDictionary<string, IReadOnlyList<string>> parameters, KeyValuePair<string, JsonNode?> given) =>
        (parameters.TryGetValue(given.Key, out var values) || parameters.TryGetValue("*", out values))
        && (values.Count == 0 || values.Any(value => IsLike(given.Value?.ToString() ?? "", value)));

    private static bool IsLike(string value, string pattern) =>
        pattern.EndsWith('*') ? value.StartsWith(pattern[..^1], StringComparison.Ordinal) : value == pattern;
}
