using CreditSystem.VaultProxy.Commands.Vault;

namespace CreditSystem.VaultProxy.Commands.Bootstrap;

/// <summary>
/// Prepares Vault and the users of the databases. Every step looks first and writes only what differs, so that it can be run
/// again at any time, also after it was ended half-way: a password is in Vault before the database is told it.
/// </summary>
internal sealed class BootstrapRun(VaultAdminClient vault, BootstrapRequest request, Changes changes, TimeProvider time)
{
    /// <returns>The keys that the system needs and that nobody has given.</returns>
    public async Task<IReadOnlyList<string>> ExecuteAsync(CancellationToken cancellationToken)
    {
        await new AuditStep(vault, changes).RunAsync(request.AuditFile, cancellationToken);
        await new EngineSteps(vault, request.Settings, changes).RunAsync(cancellationToken);
        await new AccessSteps(vault, request.Settings, changes).RunAsync(cancellationToken);
        var credentials = new CredentialStep(vault, request.Settings, changes, time);
        await credentials.RunAsync(request.Settings.Role, request.Credentials, cancellationToken);
        await credentials.RunAsync(request.Settings.RotatorRole, request.RotatorCredentials, cancellationToken);
        return await WriteSecretsAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<string>> WriteSecretsAsync(CancellationToken cancellationToken)
    {
        var secrets = new SecretStep(vault, request.Settings, changes);
        var drafts = new Dictionary<string, SecretDraft>();
        foreach (var name in GivenValues.Secrets)
            drafts[name] = await secrets.ReadAsync(name, cancellationToken);
        foreach (var (secret, key, value) in request.Given)
            drafts[secret].Set(key, value);

        var kept = new KeptValues(request.KeptValuesDirectory);
        await kept.RestoreAsync(drafts["app"], cancellationToken);
        FillApp(drafts["app"]);
        FillMonitoring(drafts["monitoring"]);
        // Kept before Vault has them: an end in between must not leave data under a key that is lost.
        await kept.SaveAsync(drafts["app"], changes, cancellationToken);

        var mongo = await CreateAsync("MongoDB", "ConnectionStrings__mongodb", request.MongoConnectionString, request.MongoPassword, drafts["mongodb"]["root_password"],
            (text, password) => new MongoStep(text, password, request.Patience, changes), cancellationToken);
        mongo?.Describe(drafts["mongodb"], request.WithRootCredentials);
        var redis = await CreateAsync("Redis", "ConnectionStrings__redis", request.RedisConnectionString, request.RedisPassword, drafts["redis"]["password"],
            (text, password) => new RedisStep(text, password, request.Patience, changes), cancellationToken);
        redis?.Describe(drafts["redis"]);
        // A password that somebody gives is proven before Vault has it; one that is made here has yet to reach the server.
        if (redis is not null && request.RedisPassword is null)
            await redis.VerifyAsync(cancellationToken);
        foreach (var draft in drafts.Values)
            await secrets.WriteAsync(draft, cancellationToken);
        await PrepareServersAsync(mongo, redis, drafts["mongodb"], cancellationToken);
        return SecretStep.FindMissing(drafts.Values);
    }

    private async Task PrepareServersAsync(MongoStep? mongo, RedisStep? redis, SecretDraft mongoSecret, CancellationToken cancellationToken)
    {
        if (mongo is not null && request.MongoPassword is { } mongoPassword)
            await mongoPassword.WriteAsync(changes, previous => mongo.AdmitAsync(previous, cancellationToken), cancellationToken);
        if (redis is not null && request.RedisPassword is { } redisPassword)
            await redisPassword.WriteAsync(changes, previous => redis.AdmitAsync(previous), cancellationToken);
        if (changes.IsDryRun && (request.MongoPassword is { IsInPlace: false } || request.RedisPassword is { IsInPlace: false }))
        {
            changes.Say("The databases start once their Secrets are there; what a run does in them is not known before.");
            return;
        }

        if (redis is not null && request.RedisPassword is not null)
            await redis.VerifyAsync(cancellationToken);
        if (mongo is not null)
            await mongo.ApplyAsync(mongoSecret, cancellationToken);
        if (mongo is not null && request.WithDatabaseEngine)
            await new DatabaseStep(vault, request.Settings, changes).RunAsync(mongo.Administrator, mongo.Database, cancellationToken);
    }

    private async Task<T?> CreateAsync<T>(string name, string variable, string? connectionString, ServerPassword? password, string? inVault, Func<string, string?, T> create, CancellationToken cancellationToken)
        where T : class
    {
        if (connectionString is not null)
            return create(connectionString, password is null ? null : await password.ChooseAsync(inVault, cancellationToken));
        changes.Say($"{name} is left alone: {variable} is not set. Its secret keeps what it has.");
        return null;
    }

    private void FillApp(SecretDraft app)
    {
        app.SetIfMissing("secret_key", Generated.Key);
        app.SetIfMissing("personal_data_key", Generated.Key);
        app.SetIfMissing("debug", () => "false");
        app.SetIfMissing("environment", () => request.Environment);
        app.SetIfMissing("port", () => "5001");
        app.SetIfMissing("service_name", () => "credit-system-api");
    }

    private static void FillMonitoring(SecretDraft monitoring)
    {
        monitoring.SetIfMissing("grafana_admin_password", Generated.Password);
        monitoring.SetIfMissing("log_level", () => "Information");
        monitoring.SetIfMissing("metrics_enabled", () => "true");
    }
}
