using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Faults;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Server;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary>The paths that are answered without a token, without the envelope, and while the server is sealed.</summary>
internal sealed class StatusRoutes(SealState seal, InitRoute init, FaultState faults, Dialect dialect, VaultClock clock)
{
    private const string ClusterName = "vault-cluster-development";

    public Func<HttpContext, Task>? Find(string path) => path switch
    {
        "sys/health" => HealthAsync,
        "sys/seal-status" => context => OnlyAsync(context, "GET", _ => SealStatus()),
        "sys/unseal" => UnsealAsync,
        "sys/leader" => context => OnlyAsync(context, "GET", Leader),
        "sys/init" => init.AnswerAsync,
        "sys/decode-token" => DecodeTokenAsync,
        // A sealed server cannot look at the token.
        "sys/seal" when !seal.IsReady => context => ReplyWriter.WriteNothingAsync(context, StatusCodes.Status204NoContent),
        "sys/rekey/init" or "sys/rekey/update" or "sys/generate-root/attempt" or "sys/generate-root/update" => _ => throw new VaultFault(StatusCodes.Status405MethodNotAllowed, "unsupported operation"),
        "sys/replication/status" or "sys/rekey-recovery-key/init" or "sys/wrapping/pubkey" when seal.IsReady => _ => throw VaultFault.NotFound("unsupported path"),
        _ => null,
    };

    private async Task HealthAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Method is not ("GET" or "HEAD"))
            throw new VaultFault(StatusCodes.Status405MethodNotAllowed);
        if (request.Headers["X-Vault-Namespace"].ToString().Trim('/') is not ("" or "root"))
            throw VaultFault.BadRequest("operation unavailable in namespaces");
        var health = new JsonObject
        {
            ["initialized"] = seal.IsInitialized,
            ["sealed"] = seal.IsSealed,
            ["standby"] = faults.IsStandby || seal.IsSealed,
            ["replication_performance_mode"] = seal.IsSealed ? "unknown" : seal.HasIndex ? "primary" : "disabled",
            ["replication_dr_mode"] = seal.IsSealed ? "unknown" : "disabled",
            ["server_time_utc"] = clock.GetUtcNow().ToUnixTimeSeconds(),
            ["version"] = dialect.Version,
        };
        dialect.Complete(health);
        if (!seal.IsSealed)
            (health["cluster_name"], health["cluster_id"]) = (ClusterName, seal.ClusterId);
        if (request.Method == "HEAD")
            await ReplyWriter.WriteNothingAsync(context, HealthCode(request.Query));
        else
            await ReplyWriter.WriteAsync(context, HealthCode(request.Query), health);
    }

    private int HealthCode(IQueryCollection query)
    {
        if (!seal.IsInitialized)
            return Code(query, "uninitcode", StatusCodes.Status501NotImplemented);
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
        return int.TryParse(text, CultureInfo.InvariantCulture, out var code) && code is >= 100 and <= 999 ? code : throw new VaultFault(StatusCodes.Status400BadRequest);
    }

    private JsonObject SealStatus()
    {
        var status = new JsonObject
        {
            ["type"] = "shamir",
            ["initialized"] = seal.IsInitialized,
            ["sealed"] = seal.IsSealed,
            ["t"] = seal.Threshold,
            ["n"] = seal.Shares,
            ["progress"] = seal.Progress,
            ["nonce"] = seal.Nonce,
            ["recovery_seal"] = false,
            ["version"] = dialect.Version,
            [dialect.BuildDateName] = Dialect.BuildDate,
            ["migration"] = false,
        };
        if (!seal.IsSealed)
            (status["cluster_name"], status["cluster_id"]) = (ClusterName, seal.ClusterId);
        status["storage_type"] = seal.HasIndex ? "raft" : "inmem";
        return status;
    }

    private JsonObject Leader(HttpContext context)
    {
        if (seal.IsSealed)
            throw new VaultFault(StatusCodes.Status503ServiceUnavailable, "Vault is sealed");
        var isClustered = faults.IsStandby || seal.HasIndex;
        var (host, port) = (context.Connection.LocalIpAddress, context.Connection.LocalPort);
        var leader = new JsonObject
        {
            ["ha_enabled"] = isClustered,
            ["is_self"] = !faults.IsStandby,
            ["active_time"] = seal.HasIndex ? VaultJson.Time(seal.UnsealedAt) : "0001-01-01T00:00:00Z",
            ["leader_address"] = isClustered ? $"http://{host}:{port}" : "",
            ["leader_cluster_address"] = isClustered ? $"https://{host}:{port + 1}" : "",
        };
        if (seal.HasIndex)
            (leader["raft_committed_index"], leader["raft_applied_index"]) = (seal.Ring.Term, seal.Ring.Term);
        return leader;
    }

    private async Task UnsealAsync(HttpContext context)
    {
        if (context.Request.Method is not ("PUT" or "POST"))
            throw new VaultFault(StatusCodes.Status405MethodNotAllowed);
        var fields = new Fields(await RequestReader.ReadBodyAsync(context));
        if (!seal.IsInitialized)
            throw VaultFault.BadRequest("Vault is not initialized");
        if (fields.Flag("reset") == true)
        {
            if (!seal.IsSealed)
                throw VaultFault.BadRequest("vault is unsealed");
            seal.ResetProgress();
        }
        else if (fields.Text("key") is not { Length: > 0 } key)
        {
            throw VaultFault.BadRequest("'key' must be specified in request body as JSON, or 'reset' set to true");
        }
        else if (seal.IsSealed)
        {
            seal.Unseal(key);
        }

        await ReplyWriter.WriteAsync(context, StatusCodes.Status200OK, SealStatus());
    }

    /// <summary>Takes the one-time password off a root token that was generated.</summary>
    private static async Task DecodeTokenAsync(HttpContext context)
    {
        var fields = new Fields(await RequestReader.ReadBodyAsync(context));
        var token = RootTokenCode.Decode(fields.Text("encoded_token") ?? "", fields.Text("otp") ?? "");
        await ReplyWriter.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["token"] = token });
    }

    private static Task OnlyAsync(HttpContext context, string method, Func<HttpContext, JsonObject> answer) => context.Request.Method == method
        ? ReplyWriter.WriteAsync(context, StatusCodes.Status200OK, answer(context))
        : throw new VaultFault(StatusCodes.Status405MethodNotAllowed);
}
