using CreditSystem.Cli.Bootstrap.Access;
using CreditSystem.Cli.Bootstrap.Databases;
using CreditSystem.Cli.Bootstrap.Steps;
using CreditSystem.Cli.Bootstrap.Values;
using CreditSystem.Cli.Certificates;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap;

/// <summary>
/// Prepares Vault and the users of the databases. Every step looks first and writes only what differs, so that it can be run
/// again at any time, also after it was ended half-way: a password is in Vault before the database is told it.
/// </summary>
internal sealed class BootstrapRun(VaultAdminClient vault, BootstrapRequest request, ChangeReporter changes, TimeProvider time)
{
    private readonly SecretStep secrets = new(vault, request.Settings, changes);

    /// <returns>The keys that the system needs and that nobody has given.</returns>
    public async Task<IReadOnlyList<string>> ExecuteAsync(CancellationToken cancellationToken)
    {
        var credentials = new CredentialStep(vault, request.Settings, request.Cluster, changes, time);
        await new Preflight(vault, request, changes).RunAsync(cancellationToken);
        foreach (var role in request.SharesRoles ? (string[])[] : [request.Settings.Role, request.Settings.RotatorRole])
            await credentials.RequireOwnAsync(role, cancellationToken);
        var drafts = await ReadSecretsAsync(cancellationToken);
        var kept = new DevValueStore(request.DevValuesDirectory);
        await kept.RestoreAsync(drafts["app"], cancellationToken);
        var mongo = await CreateAsync("MongoDB", "ConnectionStrings__mongodb", request.MongoConnectionString, request.MongoPassword,
            drafts["mongodb"]["root_password"],
            (text, password) => new MongoStep(new AdministeredMongo(text, password, request.Timeout), changes), cancellationToken);
        var redis = await CreateAsync("Redis", "ConnectionStrings__redis", request.RedisConnectionString, request.RedisPassword,
            drafts["redis"]["password"],
            (text, password) => new RedisStep(text, password, request.Timeout, changes), cancellationToken);
        await ShowCertificateAsync(mongo, cancellationToken);
        await RequireKeysAsync(drafts["app"], mongo, cancellationToken);

        if (!changes.IsDryRun)
            await new AccessSteps(vault, request.Settings, changes).RequireNoWeakeningAsync(cancellationToken);

        // From here on something is written.
        await new AuditStep(vault, changes).RunAsync(request.AuditFile, cancellationToken);
        await new EngineSteps(vault, request.Settings, changes).RunAsync(cancellationToken);
        if (request.WithCertificates)
            await new CertificateStep(vault, request, changes, time).RunAsync(cancellationToken);
        await ShowCertificateAsync(mongo, cancellationToken);
        await new AccessSteps(vault, request.Settings, changes).RunAsync(cancellationToken);
        await credentials.RunAsync(request.Settings.Role, request.Credentials, request.Settings.SecretIdTtl, keepsReplaced: true,
            cancellationToken);
        await credentials.RunAsync(request.Settings.RotatorRole, request.RotatorCredentials, request.Settings.RotatorSecretIdTtl,
            keepsReplaced: false, cancellationToken);
        await WriteSecretsAsync(drafts, kept, mongo, redis, cancellationToken);
        await PrepareServersAsync(mongo, redis, drafts["mongodb"], cancellationToken);
        return SecretStep.FindMissing(drafts.Values);
    }

    private async Task<Dictionary<string, SecretDraft>> ReadSecretsAsync(CancellationToken cancellationToken)
    {
        var drafts = new Dictionary<string, SecretDraft>();
        foreach (var name in SuppliedValues.Secrets)
            drafts[name] = await secrets.ReadAsync(name, cancellationToken);
        foreach (var (secret, key, value) in request.Given)
            drafts[secret].Set(key, value);
        // All of a secret or nothing of it: a key of one account beside another's would be worse than none.
        foreach (var (secret, key, value) in request.Defaults.Where(given => drafts[given.Secret] is { Exists: false }))
            drafts[secret].SetIfMissing(key, () => value);
        return drafts;
    }

    private async Task RequireKeysAsync(SecretDraft app, MongoStep? mongo, CancellationToken cancellationToken)
    {
        StoredData? stored = null;
        // A database of the cluster that has no Secret yet has not started.
        var isThere = mongo is not null && request.MongoPassword is not { IsInPlace: false };
        async Task<StoredData?> ExamineAsync(CancellationToken token) => isThere ? stored ??= await mongo!.ExamineAsync(token) : null;
        await new KeyGuard(secrets, request.Settings, request.InventsKeys).RequireAsync(app, ExamineAsync, cancellationToken);

        // A development Vault forgets its transit keys whatever anybody does.
        if (request.InventsKeys || request.DevValuesDirectory is not null)
            return;
        var key = $"{request.Settings.TransitMount}/keys/{request.Settings.TransitKey}";
        if (await vault.ReadAsync(key, cancellationToken) is null && await ExamineAsync(cancellationToken) is { HasTransitTexts: true })
            throw new CommandException($"Vault holds no {key}, but MongoDB holds personal data that is encrypted under it. Restore "
                + "Vault's snapshot (docs/operations.md); --new-keys only where that data may be lost. Nothing was changed.");
    }

    private async Task WriteSecretsAsync(Dictionary<string, SecretDraft> drafts, DevValueStore kept, MongoStep? mongo, RedisStep? redis,
        CancellationToken cancellationToken)
    {
        FillApp(drafts["app"]);
        FillMonitoring(drafts["monitoring"]);
        // Kept before Vault has them: an end in between must not leave data under a key that is lost.
        await kept.SaveAsync(drafts["app"], changes, cancellationToken);
        mongo?.Describe(drafts["mongodb"], request.WithRootCredentials);
        redis?.Describe(drafts["redis"]);
        // A password that somebody gives is proven before Vault has it; one that is made here has yet to reach the server.
        if (redis is not null && request.RedisPassword is null)
            await redis.VerifyAsync(cancellationToken);
        foreach (var draft in drafts.Values)
            await secrets.WriteAsync(draft, cancellationToken);
    }

    private async Task PrepareServersAsync(MongoStep? mongo, RedisStep? redis, SecretDraft mongoSecret, CancellationToken cancellationToken)
    {
        if (mongo is not null && request.MongoPassword is { } mongoPassword)
            await mongoPassword.WriteAsync(changes, previous => mongo.Server.AdmitAsync(previous, cancellationToken), cancellationToken);
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
            await new DatabaseStep(vault, request.Settings, changes).RunAsync(mongo.Server, cancellationToken);
    }

    private async Task<T?> CreateAsync<T>(string name, string variable, string? connectionString, ServerPassword? password, string? inVault,
        Func<string, string?, T> create, CancellationToken cancellationToken)
        where T : class
    {
        if (connectionString is not null)
            return create(connectionString, password is null ? null : await password.ChooseAsync(inVault, cancellationToken));
        changes.Say($"{name} is left alone: {variable} is not set. Its secret keeps what it has.");
        return null;
    }

    /// <summary>Of the command line, where there is one: as an earlier run has left it, and as this one has it issued.</summary>
    private async Task ShowCertificateAsync(MongoStep? mongo, CancellationToken cancellationToken)
    {
        if (mongo is null || request.Certificates.FirstOrDefault(one => one.Holder == CertificateHolder.Cli).Target is not { } target)
            return;
        if (await target.FindAsync(cancellationToken) is { } files)
            mongo.Server.Certificate = files.LoadOrNull() ?? mongo.Server.Certificate;
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
