using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Policies;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Tokens;

/// <summary><c>auth/token/create</c>, with and without a role.</summary>
internal sealed class TokenCreation(TokenStore tokens, PolicyStore policies, TokenRoles roles)
{
    private const string WeakHash = "Supplying a custom ID for the token uses the weaker SHA1 hashing instead of the more secure SHA2-256 HMAC for token obfuscation. SHA1 hashed tokens on the wire leads to less secure lookups.";

    public Reply CreateByRole(Call call, string name) =>
        Create(call, isOrphan: false, roles.Find(name) ?? throw VaultFault.BadRequest($"unknown role {name}"));

    public Reply Create(Call call, bool isOrphan, TokenRole? role)
    {
        var (parent, body) = (call.RequiredToken, call.Body);
        if (parent.IsBatch)
            throw VaultFault.BadRequest("batch tokens cannot create more tokens");
        if (parent.NumUses != 0)
            throw VaultFault.BadRequest("restricted use token cannot generate child tokens");
        var isSudo = policies.AccessOf(parent).Of(call.PathInNamespace).HasSudo;
        var id = CheckedId(body, isSudo);
        var withoutParent = isOrphan || WithoutParent(body, isSudo) || role is { Orphan: true };
        var granted = PoliciesFor(parent, body, isSudo || role is not null, role);
        var issued = tokens.Issue(Checked(new TokenRequest
        {
            Id = id,
            Parent = withoutParent ? null : parent,
            Namespace = call.Namespace,
            Policies = granted,
            Path = call.PathInNamespace,
            Role = role?.Name ?? "",
            Meta = body.Map("meta"),
            DisplayName = body.Text("display_name") is { Length: > 0 } name ? $"token-{name}" : "token",
            EntityId = withoutParent ? "" : parent.EntityId,
            NumUses = (int)(body.Integer("num_uses") ?? 0),
            Ttl = Duration(body, "ttl") ?? Duration(body, "lease") ?? TimeSpan.Zero,
            ExplicitMaxTtl = role is { ExplicitMaxTtl: var max } && max > TimeSpan.Zero ? max : Duration(body, "explicit_max_ttl") ?? TimeSpan.Zero,
            Period = role is { Period: var ofRole } && ofRole > TimeSpan.Zero ? ofRole : Period(body, isSudo),
            Type = TypeOf(body, role),
            Renewable = (body.Flag("renewable") ?? true) && role is not { Renewable: false },
        }));
        IEnumerable<string> warnings = granted.Where(policy => policy != "root" && policies.Text(call.Namespace, policy) is null).Select(policy => $"Policy \"{policy}\" does not exist");
        if (id is not null)
            warnings = warnings.Prepend(WeakHash);
        return TokenReplies.Auth(issued with { Warnings = [.. warnings, .. issued.Warnings] });
    }

    private string? CheckedId(Fields body, bool isSudo)
    {
        if (body.Text("id") is not { Length: > 0 } id)
            return null;
        if (!isSudo)
            throw VaultFault.BadRequest("root or sudo privileges required to specify token id");
        if (id.StartsWith("s.", StringComparison.Ordinal))
            throw VaultFault.BadRequest("custom token ID cannot have the 's.' prefix");
        if (id.Contains('.'))
            throw VaultFault.BadRequest("custom token ID cannot have a '.' in the value");
        return tokens.Find(id) is null ? id : throw VaultFault.BadRequest("cannot create a token with a duplicate ID");
    }

    private static bool WithoutParent(Fields body, bool isSudo)
    {
        if (body.Flag("no_parent") != true)
            return false;
        return isSudo ? true : throw VaultFault.BadRequest("root or sudo privileges required to create orphan token");
    }

    private static TimeSpan Period(Fields body, bool isSudo)
    {
        if (Duration(body, "period") is not { } period || period == TimeSpan.Zero)
            return TimeSpan.Zero;
        return isSudo ? period : throw VaultFault.BadRequest("root or sudo privileges required to create periodic token");
    }

    private static TimeSpan? Duration(Fields body, string name)
    {
        if (body.Text(name) is not { Length: > 0 } text)
            return null;
        if (!GoDuration.TryParse(text, out var duration))
            throw VaultFault.BadRequest($"time: invalid duration \"{text}\"");
        return duration >= TimeSpan.Zero ? duration : throw VaultFault.BadRequest($"{name} must be positive");
    }

    private static string TypeOf(Fields body, TokenRole? role) => (body.Text("type"), role?.TokenType) switch
    {
        (_, "batch") => "batch",
        (_, "service") => "service",
        (null or "", "default-batch") => "batch",
        (null or "" or "service", _) => "service",
        ("batch", _) => "batch",
        _ => throw VaultFault.BadRequest("invalid 'token_type' value"),
    };

    private static TokenRequest Checked(TokenRequest request)
    {
        if (request.NumUses < 0)
            throw VaultFault.BadRequest("number of uses cannot be negative");
        if (request.Type != "batch")
            return request;
        var wrong = request.ExplicitMaxTtl > TimeSpan.Zero ? "explicit_max_ttl" : request.NumUses > 0 ? "num_uses" : request.Period > TimeSpan.Zero ? "period" : null;
        if (wrong is not null)
            throw VaultFault.BadRequest($"batch tokens cannot have \"{wrong}\" set");
        return request.Policies.Contains("root") ? throw VaultFault.BadRequest("batch tokens cannot be root tokens") : request;
    }

    private static List<string> PoliciesFor(TokenEntry parent, Fields body, bool isSudo, TokenRole? role)
    {
        var asked = Asked(body);
        var withDefault = body.Flag("no_default_policy") != true && role is not { NoDefaultPolicy: true };
        if (role is not null)
            return role.PoliciesFor(asked, parent.Policies, withDefault);
        if (asked.Count == 0)
            return [.. parent.Policies];
        if (!isSudo && asked.Except(parent.Policies).Any(policy => policy != "default"))
            throw VaultFault.BadRequest("child policies must be subset of parent");
        if (asked.Contains("root") && !parent.IsRoot)
            throw VaultFault.BadRequest("root tokens may not be created without parent token being root");
        return Sanitized(asked, withDefault && !asked.Contains("root"));
    }

    /// <summary>A text is one policy's name: here, unlike elsewhere, it is not split at commas.</summary>
    private static List<string> Asked(Fields body)
    {
        var given = body.All["policies"] switch { null => [], JsonArray => body.Names("policies")!, var one => [one.ToString()] };
        return [.. given.Select(name => name.Trim().ToLowerInvariant()).Where(name => name.Length > 0)];
    }

    internal static List<string> Sanitized(IEnumerable<string> names, bool withDefault) =>
        [.. (withDefault ? names.Append("default") : names).Distinct().Order(StringComparer.Ordinal)];
}
