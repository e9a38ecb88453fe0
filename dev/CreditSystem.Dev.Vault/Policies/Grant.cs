using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>What is granted on one path.</summary>
internal sealed class Grant(bool isRoot, IReadOnlyList<PolicyRule> rules)
{
    private static readonly string[] Order = ["create", "delete", "list", "patch", "read", "scan", "sudo", "update"];

    private readonly HashSet<string> _granted = [.. rules.SelectMany(rule => rule.Capabilities)];

    private bool IsDenied => _granted.Contains("deny");

    public bool HasSudo => isRoot || (!IsDenied && _granted.Contains("sudo"));

    /// <summary>As <c>sys/capabilities</c> says it.</summary>
    public IReadOnlyList<string> Capabilities =>
        isRoot ? ["root"] : IsDenied || _granted.Count == 0 ? ["deny"] : [.. Order.Where(_granted.Contains)];

    public bool Allows(Operation operation, JsonObject body, TimeSpan? wrapTtl)
    {
        if (isRoot)
            return true;
        return !IsDenied && _granted.Contains(operation.Name()) && AllowsWrapping(wrapTtl) && AllowsPage(operation, body) && (!operation.IsWrite() || AllowsParameters(body));
    }

    private bool AllowsPage(Operation operation, JsonObject body)
    {
        var most = rules.Max(rule => rule.PaginationLimit);
        return most == 0 || operation is not (Operation.List or Operation.Scan) || (new Fields(body).Integer("limit") is > 0 and var limit && limit <= most);
    }

    private bool AllowsWrapping(TimeSpan? wrapTtl)
    {
        var max = rules.Max(rule => rule.MaxWrappingTtl);
        var min = rules.Min(rule => rule.MinWrappingTtl);
        if (max == TimeSpan.Zero && min == TimeSpan.Zero)
            return true;
        return wrapTtl is { } ttl && ttl >= min && (max == TimeSpan.Zero || ttl <= max);
    }

    /// <summary>Names of parameters are compared without regard to case.</summary>
    private bool AllowsParameters(JsonObject body)
    {
        if (rules.SelectMany(rule => rule.RequiredParameters).Any(required => !body.Any(given => given.Key.Equals(required, StringComparison.OrdinalIgnoreCase))))
            return false;
        if (body.Any(given => rules.Any(rule => Names(rule.DeniedParameters, given))))
            return false;
        var allowed = rules.Where(rule => rule.AllowedParameters.Count > 0).ToList();
        return allowed.Count == 0 || body.All(given => allowed.Any(rule => Names(rule.AllowedParameters, given)));
    }

    private static bool Names(IReadOnlyDictionary<string, IReadOnlyList<string>> parameters, KeyValuePair<string, JsonNode?> given) =>
        (parameters.TryGetValue(given.Key.ToLowerInvariant(), out var values) || parameters.TryGetValue("*", out values))
        && (values.Count == 0 || values.Any(value => IsLike(given.Value?.ToString() ?? "", value)));

    private static bool IsLike(string value, string pattern) =>
        pattern.EndsWith('*') ? value.StartsWith(pattern[..^1], StringComparison.Ordinal) : value == pattern;
}
