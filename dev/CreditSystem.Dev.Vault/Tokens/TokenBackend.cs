using CreditSystem.Dev.Vault.Policies;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Tokens;

/// <summary><c>auth/token/</c> (https://developer.hashicorp.com/vault/api-docs/auth/token).</summary>
internal sealed class TokenBackend : Backend
{
    private readonly TokenStore _tokens;
    private readonly VaultClock _clock;

    public TokenBackend(TokenStore tokens, PolicyStore policies, VaultStorage storage, VaultClock clock)
    {
        (_tokens, _clock) = (tokens, clock);
        var roles = new TokenRoles(storage.Below("tokens/role/"));
        var creation = new TokenCreation(tokens, policies, roles);
        Map("lookup-self").Read(LookUpSelf).Write(LookUpSelf).Takes(FieldType.Text, "token");
        Map("lookup").Read(LookUp).Write(LookUp).Takes(FieldType.Text, "token");
        Map("lookup-accessor").Write(call => Reply.Of(TokenReplies.Lookup("", ByAccessor(call), _clock.GetUtcNow()))).Takes(FieldType.Text, "accessor");
        Map("renew-self").Write(call => Renew(call, call.ClientToken!, call.RequiredToken)).Takes(FieldType.Text, "token").Takes(FieldType.Duration, "increment");
        Map("renew").Write(call => GivenId(call) is var id ? Renew(call, id, _tokens.Find(id) ?? throw VaultFault.BadRequest("token not found")) : Reply.None)
            .Takes(FieldType.Text, "token").Takes(FieldType.Duration, "increment");
        Map("renew-accessor").Write(call => Renew(call, "", ByAccessor(call))).Takes(FieldType.Text, "accessor").Takes(FieldType.Duration, "increment");
        Map("revoke-self").Write(call => RevokeAsync(call.RequiredToken));
        Map("revoke").Write(call => _tokens.Find(GivenId(call)) is { } token ? RevokeAsync(token) : Task.FromResult(Reply.None)).Takes(FieldType.Text, "token");
        Map("revoke-accessor").Write(RevokeByAccessorAsync).Takes(FieldType.Text, "accessor");
        Map("revoke-orphan").Write(RevokeOrphanAsync).Takes(FieldType.Text, "token").Sudo();
        Map("accessors").List(_ => Reply.Keys(_tokens.Accessors())).Takes(FieldType.Any).Sudo();
        Map("create").Write(call => creation.Create(call, isOrphan: false, role: null)).TakesTokenParameters();
        Map("create-orphan").Write(call => creation.Create(call, isOrphan: true, role: null)).TakesTokenParameters().Sudo();
        Map("create/{role}").Write(call => creation.CreateByRole(call, call["role"])).TakesTokenParameters();
        Map("roles").List(call => Reply.Page(call, roles.Names)).Paged();
        roles.Map(Map("roles/{name}"));
        Map("tidy").Write(_ => Reply.TidyStarted);
    }

    private Reply LookUpSelf(Call call) => Reply.Of(TokenReplies.Lookup(call.ClientToken!, call.RequiredToken, _clock.GetUtcNow()));

    private Reply LookUp(Call call)
    {
        var id = call.Body.Text("token") is { Length: > 0 } given ? given : call.ClientToken!;
        return _tokens.Find(id) is { } entry
            ? Reply.Of(TokenReplies.Lookup(id, entry, _clock.GetUtcNow()))
            : throw new VaultFault(StatusCodes.Status403Forbidden, "bad token");
    }

    private static string GivenId(Call call) => call.Body.Text("token") is { Length: > 0 } id ? id : throw VaultFault.BadRequest("missing token ID");

    private TokenEntry ByAccessor(Call call) => FindByAccessor(call) ?? throw VaultFault.BadRequest("1 error occurred:\n\t* invalid accessor\n\n");

    private TokenEntry? FindByAccessor(Call call) =>
        _tokens.FindByAccessor(call.Body.Text("accessor") is { Length: > 0 } given ? given : throw VaultFault.BadRequest("1 error occurred:\n\t* missing accessor\n\n"));

    private Reply Renew(Call call, string id, TokenEntry token)
    {
        var (entry, ttl, warnings) = _tokens.Renew(token, call.Body.Duration("increment") ?? TimeSpan.Zero);
        return TokenReplies.Auth(new IssuedToken(id, entry, ttl, warnings));
    }

    private async Task<Reply> RevokeAsync(TokenEntry token)
    {
        if (token.IsBatch)
            throw VaultFault.BadRequest("batch tokens cannot be revoked");
        await _tokens.RevokeAsync(token.Hash);
        return Reply.None;
    }

    private async Task<Reply> RevokeByAccessorAsync(Call call) =>
        FindByAccessor(call) is { } token ? await RevokeAsync(token) : Reply.Warn(["No token found with this accessor"]);

    private async Task<Reply> RevokeOrphanAsync(Call call)
    {
        var token = _tokens.Find(GivenId(call)) ?? throw VaultFault.BadRequest("token to revoke not found");
        if (token.IsBatch)
            throw VaultFault.BadRequest("batch tokens cannot be revoked");
        await _tokens.RevokeAsync(token.Hash, orphanChildren: true);
        return Reply.None;
    }
}

internal static class TokenRoutes
{
    /// <summary>What <c>create</c> knows; it converts the values itself.</summary>
    public static Route TakesTokenParameters(this Route route) => route.Takes(
        FieldType.Any,
        "id", "display_name", "num_uses", "type", "ttl", "lease", "explicit_max_ttl", "period", "renewable", "entity_alias", "policies", "meta", "no_parent", "no_default_policy");
}
