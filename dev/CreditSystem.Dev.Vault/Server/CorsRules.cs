using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;
using CreditSystem.Dev.Vault.Sys;

namespace CreditSystem.Dev.Vault.Server;

/// <summary><c>sys/config/cors</c> and what it makes of requests with an <c>Origin</c>.</summary>
internal sealed class CorsRules(VaultStorage storage) : ISysPart
{
    private const string Key = "config/cors";
    private static readonly string[] StandardHeaders =
    [
        "Content-Type", "Authorization", "X-Vault-Token", "X-Vault-MFA", "X-Vault-No-Request-Forwarding", "X-Vault-Wrap-Format",
        "X-Vault-Wrap-TTL", "X-Requested-With", "X-Vault-AWS-IAM-Server-ID", "X-Vault-Policy-Override",
    ];

    internal sealed record Settings(IReadOnlyList<string> Origins, IReadOnlyList<string> Headers, bool AllowsCredentials);

    public void Map(Func<string, Route> map) => map("config/cors").Read(_ => Read()).Write(Write).Delete(_ => Delete()).RepeatingData()
        .Takes(FieldType.Names, "allowed_origins", "allowed_headers").Takes(FieldType.Flag, "enable", "allow_credentials");

    /// <summary>Whether the request is answered with that: a preflight, or one from an origin that is not allowed.</summary>
    /// <exception cref="VaultFault">The origin is not allowed.</exception>
    public bool Answer(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || Current is not { } settings)
            return false;
        if (!settings.Origins.Contains("*") && !settings.Origins.Contains(origin))
            throw new VaultFault(StatusCodes.Status403Forbidden, "origin not allowed");
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        if (settings.AllowsCredentials)
            headers.AccessControlAllowCredentials = "true";
        if (!HttpMethods.IsOptions(context.Request.Method))
            return false;
        headers.AccessControlAllowMethods = "DELETE,GET,OPTIONS,POST,PUT,LIST,SCAN";
        headers.AccessControlAllowHeaders = string.Join(',', settings.Headers);
        headers.AccessControlMaxAge = "300";
        headers.Remove("Strict-Transport-Security");
        return true;
    }

    private Settings? Current => storage.Get<Settings>(Key);

    private Reply Read() => Reply.Of(Current is not { } settings ? new JsonObject { ["enabled"] = false } : new JsonObject
    {
        ["allow_credentials"] = settings.AllowsCredentials,
        ["allowed_headers"] = VaultJson.Names(settings.Headers),
        ["allowed_origins"] = VaultJson.Names(settings.Origins),
        ["enabled"] = true,
    });

    private Reply Write(Call call)
    {
        if (call.Body.Names("allowed_origins") is not { Count: > 0 } origins)
            throw VaultFault.BadRequest("at least one origin or the wildcard must be provided");
        if (origins.Contains("*") && origins.Count > 1)
            throw VaultFault.BadRequest("to allow all origins the '*' must be the only value for allowed_origins");
        storage.Put(Key, new Settings(origins, [.. StandardHeaders, .. call.Body.Names("allowed_headers") ?? []], call.Body.Flag("allow_credentials") ?? false));
        return Reply.None;
    }

    private Reply Delete()
    {
        storage.Delete(Key);
        return Reply.None;
    }
}
