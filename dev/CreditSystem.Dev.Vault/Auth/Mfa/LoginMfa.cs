using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Sys;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Auth.Mfa;

/// <summary>
/// The second step of a login: at once by <c>X-Vault-MFA</c>, or later by <c>sys/mfa/validate</c>
/// (https://developer.hashicorp.com/vault/docs/auth/login-mfa).
/// </summary>
internal sealed class LoginMfa(MfaStore store, MfaChecker checker, TokenStore tokens, VaultClock clock) : ISysPart
{
    private const string HeaderName = "X-Vault-MFA";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Pending> _pending = new(StringComparer.Ordinal);

    public void Map(Func<string, Route> map) =>
        map("mfa/validate").Write(Validate).Takes(FieldType.Text, "mfa_request_id").Takes(FieldType.Map, "mfa_payload").Open();

    /// <summary>The token of a login that has shown its first factor, or what it still has to show.</summary>
    public Reply Complete(Call call, Mount? mount, TokenRequest login)
    {
        var enforcements = store.Enforcements.Where(one => one.Covers(mount?.Accessor ?? "", mount?.Type ?? "", login.EntityId)).ToList();
        var header = call.Headers?[HeaderName] is { Count: > 0 } values ? values.OfType<string>().ToList() : [];
        if (enforcements.Count == 0)
        {
            var reply = TokenReplies.Auth(tokens.Issue(login));
            return header.Count == 0 ? reply : reply with { Warnings = [.. reply.Warnings ?? [], "Found MFA header but failed to find MFA Enforcement Config"] };
        }

        if (header.Count == 0)
            return Postpone(enforcements, login);
        try
        {
            checker.Require(enforcements, login.EntityId, Payload(header));
            return TokenReplies.Auth(tokens.Issue(login));
        }
        catch (VaultFault)
        {
            throw new VaultFault(StatusCodes.Status403Forbidden, "permission denied");
        }
    }

    private Reply Postpone(IReadOnlyList<LoginEnforcement> enforcements, TokenRequest login)
    {
        var now = clock.GetUtcNow();
        foreach (var old in _pending.Where(pair => pair.Value.EndsAt <= now).Select(pair => pair.Key).ToList())
            _pending.TryRemove(old, out _);
        var id = Guid.NewGuid().ToString();
        _pending[id] = new Pending(enforcements, login, now + Life);
        return new Reply
        {
            Auth = new JsonObject
            {
                ["client_token"] = "",
                ["accessor"] = "",
                ["policies"] = null,
                ["metadata"] = null,
                ["lease_duration"] = 0,
                ["renewable"] = false,
                ["entity_id"] = "",
                ["token_type"] = "default",
                ["orphan"] = false,
                ["mfa_requirement"] = new JsonObject
                {
                    ["mfa_request_id"] = id,
                    ["mfa_constraints"] = new JsonObject(enforcements.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)Constraint(one)))),
                },
                ["num_uses"] = 0,
            },
            Warnings = ["A login request was issued that is subject to MFA validation. Please make sure to validate the login by sending another request to mfa/validate endpoint."],
        };
    }

    private JsonObject Constraint(LoginEnforcement enforcement) => new()
    {
        ["any"] = new JsonArray([.. enforcement.MethodIds.Select(store.FindMethod).OfType<TotpMethod>().Select(Describe)]),
    };

    private static JsonObject Describe(TotpMethod method)
    {
        var description = new JsonObject { ["type"] = "totp", ["id"] = method.Id, ["uses_passcode"] = true };
        if (method.Name.Length > 0)
            description["name"] = method.Name;
        return description;
    }

    private Reply Validate(Call call)
    {
        if (call.Body.Text("mfa_request_id") is not { Length: > 0 } id)
            throw VaultFault.BadRequest("missing request ID");
        if (!_pending.TryGetValue(id, out var pending) || pending.EndsAt <= clock.GetUtcNow())
            throw VaultFault.BadRequest("invalid request ID");
        checker.Require(pending.Enforcements, pending.Login.EntityId, Payload(call.Body.Object("mfa_payload") ?? []));
        return _pending.TryRemove(id, out _) ? TokenReplies.Auth(tokens.Issue(pending.Login)) : throw VaultFault.BadRequest("invalid request ID");
    }

    private static Dictionary<string, IReadOnlyList<string>> Payload(JsonObject body) => body.ToDictionary(
        pair => pair.Key, pair => (IReadOnlyList<string>)[.. (pair.Value as JsonArray ?? []).Select(code => $"{code}")], StringComparer.Ordinal);

    /// <summary><c>METHOD:PASSCODE</c>, a header for each method.</summary>
    private static Dictionary<string, IReadOnlyList<string>> Payload(IEnumerable<string> headers) => headers.Select(header => header.Split(':', 2))
        .GroupBy(parts => parts[0], StringComparer.Ordinal).ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Where(parts => parts.Length == 2).Select(parts => parts[1])], StringComparer.Ordinal);

    private sealed record Pending(IReadOnlyList<LoginEnforcement> Enforcements, TokenRequest Login, DateTimeOffset EndsAt);
}
