using CreditSystem.Dev.Vault.Policies;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Tokens;

/// <summary><c>auth/token/</c> (https://developer.hashicorp.com/vault/api-docs/auth/token).</summary>
internal sealed class TokenBackend : Backend
{
    private readonly TokenStore _tokens;
    private readonly PolicyStore _policies;
    private readonly VaultClock _clock;

    public TokenBackend(TokenStore tokens, PolicyStore policies, VaultClock clock)
    {
        (_tokens, _policies, _clock) = (tokens, policies, clock);
        Map("lookup-self").Read(LookUpSelf).Write(LookUpSelf);
        Map("lookup").Write(call => LookUp(call.Body.Text("token") is { Length: > 0 } id ? id : call.ClientToken!));
        Map("lookup-accessor").Write(call => Reply.Of(TokenReplies.Lookup("", ByAccessor(call), _clock.GetUtcNow())));
        Map("renew-self").Write(call => Renew(call, call.ClientToken!, call.RequiredToken));
        Map("renew").Write(call => call.Body.RequiredText("token") is var id ? Renew(call, id, ById(id)) : Reply.None);
        Map("renew-accessor").Write(call => Renew(call, "", ByAccessor(call)));
        Map("revoke-self").Write(call => RevokeAsync(call.RequiredToken));
        Map("revoke").Write(call => _tokens.Find(call.Body.RequiredText("token")) is { } token ? RevokeAsync(token) : Task.FromResult(Reply.None));
        Map("revoke-accessor").Write(call => RevokeAsync(ByAccessor(call)));
        Map("revoke-orphan").Write(RevokeOrphanAsync).Sudo();
        Map("accessors").List(_ => Reply.Keys(_tokens.Accessors())).Sudo();
        Map("create").Write(call => Create(call, isOrphan: false));
        Map("create-orphan").Write(call => Create(call, isOrphan: true)).Sudo();
    }

    private Reply LookUpSelf(Call call) => Reply.Of(TokenReplies.Lookup(call.ClientToken!, call.RequiredToken, _clock.GetUtcNow()));

    private Reply LookUp(string id) => _tokens.Find(id) is { } entry
        ? Reply.Of(TokenReplies.Lookup(id, entry, _clock.GetUtcNow()))
        : throw new VaultFault(StatusCodes.Status403Forbidden, "bad token");

    private TokenEntry ById(string id) => _tokens.Find(id) ?? throw new VaultFault(StatusCodes.Status403Forbidden, "token not found");

    private TokenEntry ByAccessor(Call call) =>
        _tokens.FindByAccessor(call.Body.RequiredText("accessor")) ?? throw new VaultFault(StatusCodes.Status403Forbidden, "1 error occurred:\n\t* invalid accessor\n\n");

    private Reply Renew(Call call, string id, TokenEntry token)
    {
        var (entry, ttl, warnings) = _tokens.Renew(token, call.Body.Duration("increment") ?? TimeSpan.Zero);
        return TokenReplies.Auth(new IssuedToken(id, entry, ttl, warnings));
    }

    private async Task<Reply> RevokeAsync(TokenEntry token)
    {
        await _tokens.RevokeAsync(token.Hash);
        return Reply.None;
    }

    private async Task<Reply> RevokeOrphanAsync(Call call)
    {
        await _tokens.RevokeAsync(ById(call.Body.RequiredText("token")).Hash, orphanChildren: true);
        return Reply.None;
    }

    private Reply Create(Call call, bool isOrphan)
    {
        var parent = call.RequiredToken;
        var body = call.Body;
        if (parent.Type == "batch")
            throw VaultFault.BadRequest("batch tokens cannot create more tokens");
        if (parent.NumUses != 0)
            throw VaultFault.BadRequest("restricted use token cannot generate child tokens");
        var isSudo = _policies.AccessOf(parent).Of(call.PathInNamespace).HasSudo;
        if ((body.Has("id") || body.Flag("no_parent") == true) && !isSudo)
            throw VaultFault.BadRequest("root or sudo privileges required to specify token id or to create an orphan token");
        return TokenReplies.Auth(_tokens.Issue(new TokenRequest
        {
            Id = body.Text("id"),
            Parent = isOrphan || body.Flag("no_parent") == true ? null : parent,
            Namespace = call.Namespace,
            Policies = PoliciesFor(parent, body, isSudo),
            Path = call.PathInNamespace,
            Meta = body.Map("meta"),
            DisplayName = body.Text("display_name") is { Length: > 0 } name ? $"token-{name}" : "token",
            EntityId = parent.EntityId,
            NumUses = body.Integer("num_uses") ?? 0,
            Ttl = body.Duration("ttl") ?? body.Duration("lease") ?? TimeSpan.Zero,
            ExplicitMaxTtl = body.Duration("explicit_max_ttl") ?? TimeSpan.Zero,
            Period = body.Duration("period") ?? TimeSpan.Zero,
            Type = body.Text("type") is "batch" ? "batch" : "service",
            Renewable = body.Flag("renewable") ?? true,
        }));
    }

    private static List<string> PoliciesFor(TokenEntry parent, Fields body, bool isSudo)
    {
        var asked = body.Names("policies");
        if (asked is not { Count: > 0 })
            return [.. parent.Policies];
        if (!isSudo && asked.Except(parent.Policies).Any(policy => policy != "default"))
            throw VaultFault.BadRequest("child policies must be subset of parent");
        if (asked.Contains("root") && !parent.IsRoot)
            throw VaultFault.BadRequest("root tokens may not be created without parent token being root");
        IEnumerable<string> granted = asked.Contains("root") || body.Flag("no_default_policy") == true ? asked : asked.Append("default");
        return [.. granted.Distinct().Order(StringComparer.Ordinal)];
    }
}
