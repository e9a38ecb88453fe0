using System.Text.Json.Nodes;

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

    /// <summary>Whether anything is granted on the mount or on a path below it.</summary>
    public bool ReachesBelow(string mountPath) =>
        isRoot || rules.Where(rule => !rule.Capabilities.Contains("deny") && rule.Capabilities.Count > 0).Any(rule => rule.MayReachBelow(mountPath));

    /// <summary>As <c>sys/internal/ui/resultant-acl</c> says it.</summary>
    public JsonObject Describe()
    {
        if (isRoot)
            return new JsonObject { ["root"] = true };
        return new JsonObject { ["exact_paths"] = Describe(exact: true), ["glob_paths"] = Describe(exact: false), ["root"] = false };
    }

    private JsonObject Describe(bool exact) => new(rules
        .Where(rule => rule.IsExact == exact && !rule.HasPlusSegment)
        .GroupBy(rule => rule.Path.TrimEnd('*'))
        .Select(group => KeyValuePair.Create(group.Key, (JsonNode?)new JsonObject { ["capabilities"] = VaultJson.Names(new Grant(false, [.. group]).Capabilities) })));
}
