using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Storage;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>The policies of each namespace; those of a token's namespace apply to it, in child namespaces too.</summary>
internal sealed class PolicyStore(VaultStorage storage, VaultClock clock)
{
    private readonly StorageView _policies = storage.Below("policies/");
    private readonly ConcurrentDictionary<string, IReadOnlyList<PolicyRule>> _parsed = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();

    public string? Text(string @namespace, string name) => Find(@namespace, name)?.Text;

    public PolicyEntry? Find(string @namespace, string name) => name switch
    {
        "root" => new PolicyEntry("") { Version = 0 },
        "response-wrapping" => new PolicyEntry(BuiltInPolicies.ResponseWrapping) { ModifiedAt = _startedAt },
        _ => Stored(@namespace, name) ?? (name == "default" ? new PolicyEntry(BuiltInPolicies.Default) { ModifiedAt = _startedAt } : null),
    };

    public IReadOnlyList<string> List(string @namespace)
    {
        var prefix = Key(@namespace, "");
        IEnumerable<string> names = _policies.Keys(prefix).Select(key => key[prefix.Length..]).Where(name => Stored(@namespace, name) is not null).Append("default").Distinct();
        // Names with a slash in them are in folders of their own, behind the others.
        IReadOnlyList<string> ordered = [.. names.OrderBy(name => name.Contains('/')).ThenBy(name => name, StringComparer.Ordinal)];
        return @namespace.Length == 0 ? [.. ordered, "root"] : ordered;
    }

    /// <exception cref="VaultFault">It is not a policy, or must not be changed.</exception>
    public void Put(string @namespace, string name, PolicyEntry entry, long? cas)
    {
        if (name is "root" or "response-wrapping")
            throw VaultFault.BadRequest($"cannot update \"{name}\" policy");
        var current = Stored(@namespace, name);
        if (cas is null && current is { CasRequired: true })
            throw VaultFault.BadRequest("check-and-set parameter required for this call");
        if (cas is { } expected && expected != (current?.Version ?? 0) && !(expected == -1 && current is null))
            throw VaultFault.BadRequest($"check-and-set parameter {expected} did not match the current version {current?.Version ?? 0}");
        _ = PolicyDocument.Parse(entry.Text);
        _policies.Put(Key(@namespace, name), entry with { Version = (current?.Version ?? 0) + 1, ModifiedAt = clock.GetUtcNow() });
    }

    public void Delete(string @namespace, string name)
    {
        if (name is "default")
            throw VaultFault.BadRequest("cannot delete default policy");
        if (name is "root" or "response-wrapping")
            throw VaultFault.BadRequest($"cannot delete \"{name}\" policy");
        _policies.Delete(Key(@namespace, name));
    }

    public Access AccessOf(TokenEntry token)
    {
        var now = clock.GetUtcNow();
        return new Access(token.IsRoot,
        [
            .. token.Policies.Select(name => Text(token.Namespace, name)).OfType<string>()
                .SelectMany(text => _parsed.GetOrAdd(text, PolicyDocument.Parse))
                .Where(rule => rule.ExpiresAt is null || rule.ExpiresAt > now)
                .Select(rule => rule.For(token)).OfType<PolicyRule>(),
        ]);
    }

    private PolicyEntry? Stored(string @namespace, string name) =>
        Read(Key(@namespace, name)) is { } entry && (entry.ExpiresAt is null || entry.ExpiresAt > clock.GetUtcNow()) ? entry : null;

    /// <summary>An earlier version kept the text only.</summary>
    private PolicyEntry? Read(string key) => _policies.Get<JsonNode>(key) switch
    {
        null => null,
        JsonValue text => new PolicyEntry(text.ToString()) { ModifiedAt = _startedAt },
        var entry => entry.Deserialize<PolicyEntry>(VaultJson.Options),
    };

    // A bar cannot be in a namespace's name, so the keys of a namespace and of its child cannot be taken for one another.
    private static string Key(string @namespace, string name) => $"{@namespace}|{name}";
}
