using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Faults;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Server;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary>The paths that are answered without a token, without the envelope, and while the server is sealed.</summary>
internal sealed class StatusRoutes(SealState seal, FaultState faults, VaultClock clock)
{
    public const string Version = "1.20.0";
    private const string ClusterName = "vault-cluster-development";

    public Func<HttpContext, JsonObject, Task>? Find(string path) => path switch
    {
        "sys/health" => HealthAsync,
        "sys/seal-status" => (context, _) => OnlyAsync(context, "GET", SealStatus),
        "sys/unseal" => UnsealAsync,
        "sys/leader" => (context, _) => OnlyAsync(context, "GET", Leader),
        "sys/init" => InitAsync,
        _ => null,
    };

    private async Task HealthAsync(HttpContext context, JsonObject body)
    {
        var request = context.Request;
        if (request.Method is not ("GET" or "HEAD"))
            throw new VaultFault(StatusCodes.Status405MethodNotAllowed);
        context.Response.StatusCode = HealthCode(request.Query);
        if (request.Method == "HEAD")
            return;
        var health = new JsonObject
        {
            ["initialized"] = true,
            ["sealed"] = seal.IsSealed,
            ["standby"] = faults.IsStandby || seal.IsSealed,
            ["performance_standby"] = false,
            ["replication_performance_mode"] = seal.IsSealed ? "unknown" : "disabled",
            ["replication_dr_mode"] = seal.IsSealed ? "unknown" : "disabled",
            ["server_time_utc"] = clock.GetUtcNow().ToUnixTimeSeconds(),
            ["version"] = Version,
            ["enterprise"] = false,
            ["echo_duration_ms"] = 0,
            ["clock_skew_ms"] = 0,
        };
        if (!seal.IsSealed)
            (health["cluster_name"], health["cluster_id"]) = (ClusterName, seal.ClusterId);
        await VaultEndpoint.WriteAsync(context, context.Response.StatusCode, health);
    }

    private int HealthCode(IQueryCollection query)
    {
        if (seal.IsSealed)
            return Code(query, "sealedcode", StatusCodes.Status503ServiceUnavailable);
        var active = Code(query, "activecode", StatusCodes.Status200OK);
        if (!faults.IsStandby)
            return active;
        return query.ContainsKey("standbyok") && query["standbyok"] != "false" ? active : Code(query, "standbycode", StatusCodes.Status429TooManyRequests);
    }

    private static int Code(IQueryCollection query, string name, int otherwise)
    {
        if (query[name].ToString() is not { Length: > 0 } text)
            return otherwise;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var code) && code is >= 100 and <= 999 ? code : throw VaultFault.BadRequest("");
    }

    private JsonObject SealStatus()
    {
        var status = new JsonObject
        {
            ["type"] = "shamir",
            ["initialized"] = true,
            ["sealed"] = seal.IsSealed,
            ["t"] = 1,
            ["n"] = 1,
            ["progress"] = 0,
            ["nonce"] = "",
            ["version"] = Version,
            ["build_date"] = "2025-06-25T00:00:00Z",
            ["migration"] = false,
            ["recovery_seal"] = false,
            ["storage_type"] = "inmem",
        };
        if (!seal.IsSealed)
            (status["cluster_name"], status["cluster_id"]) = (ClusterName, seal.ClusterId);
        return status;
    }

    private JsonObject Leader() => seal.IsSealed
        ? throw new VaultFault(StatusCodes.Status503ServiceUnavailable, "Vault is sealed")
        : new JsonObject
        {
            ["ha_enabled"] = faults.IsStandby,
            ["is_self"] = !faults.IsStandby,
            ["active_time"] = "0001-01-01T00:00:00Z",
            ["leader_address"] = "",
            ["leader_cluster_address"] = "",
            ["performance_standby"] = false,
            ["performance_standby_last_remote_wal"] = 0,
        };

    private Task UnsealAsync(HttpContext context, JsonObject body)
    {
        if (context.Request.Method is not ("PUT" or "POST"))
            throw new VaultFault(StatusCodes.Status405MethodNotAllowed);
        var fields = new Fields(body);
        if (fields.Flag("reset") == true)
        {
            if (!seal.IsSealed)
                throw VaultFault.BadRequest("vault is unsealed");
        }
        else if (fields.Text("key") is not { Length: > 0 } key)
        {
            throw VaultFault.BadRequest("'key' must be specified in request body as JSON, or 'reset' set to true");
        }
        else if (seal.IsSealed)
        {
            seal.Unseal(key);
        }

        return VaultEndpoint.WriteAsync(context, StatusCodes.Status200OK, SealStatus());
    }

    private static Task InitAsync(HttpContext context, JsonObject body) => context.Request.Method switch
    {
        "GET" => VaultEndpoint.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["initialized"] = true }),
        "PUT" or "POST" => throw VaultFault.BadRequest("Vault is already initialized"),
        _ => throw new VaultFault(StatusCodes.Status405MethodNotAllowed),
    };

    private static Task OnlyAsync(HttpContext context, string method, Func<JsonObject> answer) => context.Request.Method == method
        ? VaultEndpoint.WriteAsync(context, StatusCodes.Status200OK, answer())
        : throw new VaultFault(StatusCodes.Status405MethodNotAllowed);
}
