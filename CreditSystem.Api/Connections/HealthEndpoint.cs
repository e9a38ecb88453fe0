using CreditSystem.Api.Secrets;

namespace CreditSystem.Api.Connections;

/// <summary><c>GET /health</c>, in the shape that the original system's monitoring reads.</summary>
internal static class HealthEndpoint
{
    public static void MapHealth(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/health", HandleAsync).AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> HandleAsync(HealthProbes probes, VaultSession session, SecretStore secrets, VaultStatus status)
    {
        var (mongo, redis, answer) = (probes.Mongo.CheckAsync(), probes.Redis.CheckAsync(), await probes.Vault.CheckAsync());
        var vault = new VaultHealth(answer is not null, session.Current is not null, answer is 200 or 473);
        var usesVault = secrets.SourceOf(SecretKeys.MongoConnection)?.Origin is SecretOrigin.Vault;
        var (mongoHealth, redisHealth) = (new MongoHealth(await mongo, usesVault), new RedisHealth(await redis));

        // Lost secrets do not stop the service: it goes on with the last good ones, and says so.
        var isConfirmed = vault is { Connected: true, Authenticated: true, HealthCheck: true } && usesVault && status is { LostSince: null, Violations.Count: 0 };
        var word = !mongoHealth.Connected || !redisHealth.Connected ? "unhealthy" : isConfirmed ? "healthy" : "degraded";
        return TypedResults.Json(
            new HealthDocument(word, vault, mongoHealth, redisHealth), HealthJson.Default.HealthDocument,
            statusCode: word == "healthy" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
