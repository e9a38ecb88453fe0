using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/leases/</c> and its old forms.</summary>
internal sealed class LeaseRoutes(LeaseStore leases, TokenStore tokens, VaultClock clock) : ISysPart
{
    public void Map(Func<string, Route> map)
    {
        map("leases/renew").Write(RenewAsync).Takes(FieldType.Text, "lease_id").Takes(FieldType.Duration, "increment");
        map("leases/renew/{id*}").Write(RenewAsync).Takes(FieldType.Text, "lease_id").Takes(FieldType.Duration, "increment");
        map("leases/revoke").Write(RevokeAsync).Takes(FieldType.Text, "lease_id").Takes(FieldType.Flag, "sync");
        map("leases/revoke/{id*}").Write(RevokeAsync).Takes(FieldType.Text, "lease_id").Takes(FieldType.Flag, "sync");
        map("leases/revoke-prefix/{id*}").Write(call => RevokePrefixAsync(call, force: false)).Takes(FieldType.Flag, "sync").Sudo();
        map("leases/revoke-force/{id*}").Write(call => RevokePrefixAsync(call, force: true)).Sudo();
        map("leases/tidy").Write(_ => Reply.TidyStarted);
        map("leases/lookup").Write(LookUp).List(call => ListAll(call)).Takes(FieldType.Text, "lease_id").SudoToList();
        map("leases/lookup/{id*}").List(call => Reply.Keys(leases.List(call["id"].Length == 0 ? call.Namespace : $"{call.Namespace}{call["id"]}/"))).Sudo();
        // What cannot be revoked is tried again, so that none is irrevocable.
        map("leases").Read(call => OfType(call, new JsonObject { ["lease_count"] = 0, ["leases"] = new JsonArray() })).Takes(FieldType.Text, "type");
        map("leases/count").Read(call => OfType(call, new JsonObject { ["counts"] = new JsonObject(), ["lease_count"] = 0 })).Takes(FieldType.Text, "type");
    }

    /// <summary>Tokens are leased, too, below <c>auth/</c>.</summary>
    private Reply ListAll(Call call) => Reply.Keys([.. leases.List(call.Namespace).Append("auth/").Distinct().Order(StringComparer.Ordinal)]);

    private static Reply OfType(Call call, JsonObject answer) => call.Body.Text("type") == "irrevocable" ? Reply.Of(answer) : Reply.None;

    private async Task<Reply> RenewAsync(Call call)
    {
        var (lease, ttl, warnings) = await leases.RenewAsync(Id(call), call.Body.Duration("increment") ?? TimeSpan.Zero);
        return new Reply { LeaseId = lease.Id, LeaseDuration = ttl, Renewable = lease.Renewable, Status = StatusCodes.Status200OK, Warnings = warnings is [] ? null : warnings };
    }

    private async Task<Reply> RevokeAsync(Call call)
    {
        // Without sync the caller does not wait, and is answered the same.
        var isSync = call.Body.Flag("sync") == true;
        var work = leases.RevokeAsync(Id(call), mustSucceed: isSync);
        if (isSync)
            await work;
        return Reply.None;
    }

    private async Task<Reply> RevokePrefixAsync(Call call, bool force)
    {
        var prefix = call.Namespace + call["id"];
        var isSync = force || call.Body.Flag("sync") != false;
        var work = RevokeAllAsync(prefix, force);
        if (!isSync)
            return new Reply { Status = StatusCodes.Status202Accepted };
        await work;
        return Reply.None;
    }

    private async Task RevokeAllAsync(string prefix, bool force)
    {
        await leases.RevokePrefixAsync(prefix, force);
        // Tokens made by a login below the prefix are leases, too.
        if (prefix.Contains("auth/", StringComparison.Ordinal))
            await tokens.RevokeWhereAsync(token => $"{token.Namespace}{token.Path}".StartsWith(prefix, StringComparison.Ordinal));
    }

    private Reply LookUp(Call call)
    {
        var lease = leases.Find(Id(call)) ?? throw VaultFault.BadRequest("invalid lease");
        return Reply.Of(new JsonObject
        {
            ["expire_time"] = VaultJson.Time(lease.ExpiresAt),
            ["id"] = lease.Id,
            ["issue_time"] = VaultJson.Time(lease.IssuedAt),
            ["last_renewal"] = lease.LastRenewedAt is { } renewed ? VaultJson.Time(renewed) : null,
            ["path"] = lease.Id[..lease.Id.LastIndexOf('/')],
            ["renewable"] = lease.Renewable,
            ["ttl"] = VaultJson.Seconds(lease.ExpiresAt - clock.GetUtcNow()),
        });
    }

    private static string Id(Call call)
    {
        if (call.Body.Text("lease_id") is { Length: > 0 } given)
            return given;
        return call.TryGet("id") is { Length: > 0 } id ? id : throw VaultFault.BadRequest("lease_id must be specified");
    }
}
