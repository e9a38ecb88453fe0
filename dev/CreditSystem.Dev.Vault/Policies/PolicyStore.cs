using System.Collections.Concurrent;
using CreditSystem.Dev.Vault.Storage;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>The policies of each namespace; those of a token's namespace apply to it, in child namespaces too.</summary>
internal sealed class PolicyStore(VaultStorage storage)
{
    private const string ResponseWrapping = """
        path "cubbyhole/response" { capabilities = ["create", "read"] }
        path "sys/wrapping/unwrap" { capabilities = ["update"] }
        """;

    private readonly StorageView _policies = storage.Below("policies/");
    private readonly ConcurrentDictionary<string, IReadOnlyList<PolicyRule>> _parsed = new(StringComparer.Ordinal);

    public string? Text(string @namespace, string name) => name switch
    {
        "root" => "",
        "response-wrapping" => ResponseWrapping,
        _ => _policies.Get<string>(Key(@namespace, name)) ?? (name == "default" ? DefaultPolicy.Text : null),
    };

    public IReadOnlyList<string> List(string @namespace)
    {
        IEnumerable<string> names = _policies.Keys(Key(@namespace, "")).Select(key => key[Key(@namespace, "").Length..]).Append("default");
        return [.. (@namespace.Length == 0 ? names.Append("root") : names).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <exception cref="VaultFault">It is not a policy, or must not be changed.</exception>
    public void Put(string @namespace, string name, string text)
    {
        if (name is "root" or "response-wrapping")
            throw VaultFault.BadRequest($"cannot update \"{name}\" policy");
        _ = PolicyDocument.Parse(text);
        _policies.Put(Key(@namespace, name), text);
    }

    public void Delete(string @namespace, string name)
    {
        if (name is "root" or "default" or "response-wrapping")
            throw VaultFault.BadRequest($"cannot delete \"{name}\" policy");
        _policies.Delete(Key(@namespace, name));
    }

    public Access AccessOf(TokenEntry token) => new(
        token.IsRoot,
        [.. token.Policies.Select(name => Text(token.Namespace, name)).OfType<string>().SelectMany(text => _parsed.GetOrAdd(text, PolicyDocument.Parse))]);

    // A bar cannot be in a namespace's name, so the keys of a namespace and of its child cannot be taken for one another.
    private static string Key(string @namespace, string name) => $"{@namespace}|{name}";
}
