using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Tokens;
using CreditSystem.Dev.Vault.Wrapping;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/wrapping/</c>. A wrapping token may be sent as the client's own or in the body.</summary>
internal sealed class WrappingRoutes(WrappingStore wrapping, TokenStore tokens) : ISysPart
{
    public void Map(Func<string, Route> map)
    {
        map("wrapping/wrap").Write(call => call.WrapTtl is null ? throw VaultFault.BadRequest("endpoint requires response wrapping to be used") : Reply.Of((JsonObject)call.Body.All.DeepClone()));
        map("wrapping/lookup").Read(LookUp).Write(LookUp).Open();
        map("wrapping/unwrap").Read(SpendAsync).Write(UnwrapAsync).Open();
        // Not open: a wrapping token may be unwrapped by its holder, but not kept alive by it.
        map("wrapping/rewrap").Write(call => wrapping.RewrapAsync(call.Body.Text("token") is { Length: > 0 } given ? given : call.ClientToken!, call.Namespace));
    }

    private Reply LookUp(Call call)
    {
        var wrapped = wrapping.LookUp(call.Body.Text("token") is { Length: > 0 } given ? given : call.ClientToken ?? "");
        return Reply.Of(new JsonObject
        {
            ["creation_path"] = wrapped.CreationPath,
            ["creation_time"] = VaultJson.Time(wrapped.CreatedAt),
            ["creation_ttl"] = VaultJson.Seconds(wrapped.Ttl),
        });
    }

    /// <summary>The wrong method: the wrapping token may not do that, and is spent by the attempt.</summary>
    private async Task<Reply> SpendAsync(Call call)
    {
        if (call.ClientToken is { Length: > 0 } own && tokens.Find(own) is { IsWrapping: true } && tokens.Use(own) is { NumUses: TokenEntry.Spent } spent)
            await tokens.RevokeAsync(spent.Hash);
        throw VaultFault.PermissionDenied();
    }

    private async Task<Reply> UnwrapAsync(Call call) => new() { Body = (await wrapping.UnwrapAsync(Target(call))).Body };

    /// <summary>A token in the body counts only for a caller with a valid token of its own.</summary>
    private string Target(Call call)
    {
        if (call.ClientToken is not { Length: > 0 } own)
            throw VaultFault.NoPermission();
        if (call.Body.Text("token") is not { Length: > 0 } given || given == own)
            return own;
        return tokens.Use(own) is not null ? given : throw VaultFault.NoPermission();
    }
}
