using System.Security.Cryptography;
using CreditSystem.Identity.Users;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Logging;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Identity.PersonalData;

/// <summary>
/// Learns from the database which key its personal data was written under, and leaves a check value there where there is
/// none yet. Until then, and under any other key, nothing personal is read, written or searched.
/// </summary>
internal sealed partial class PersonalDataKeyCheck(
    MongoConnection mongo, PersonalDataKeys keys, PersonalDataProtector protector, KeyCheckValues checks, SecretStore secrets,
    HealthReasons reasons, TimeProvider time,
    ILogger<PersonalDataKeyCheck> logger) : BackgroundService
{
    private readonly RepeatedLineFilter lines = new(logger, time);

    internal const string Collection = "key_checks";

    private const string Name = "personal_data_key";
    private const string Source = "personal-data-key";

    // For a database that is slow; one that is away says so sooner.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Before the first request, where the database answers; where it does not, no request can use the key either.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // A key that was made up for this run says nothing about the data.
        if (secrets.SourceOf(SecretKeys.PersonalDataKey) is null
            && secrets.SourceOf(SecretKeys.SigningKey)?.Origin is null or SecretOrigin.Default)
            return;
        checks.Await();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTimeout);
        await TryLearnAsync(limit.Token);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(checks.IsPending ? RetryDelay : Interval, time, stoppingToken);
            await TryLearnAsync(stoppingToken);
        }
    }

    /// <summary>Asks the database, and says when the key in use is not the one.</summary>
    internal async Task TryLearnAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (keys.Secret is { } secret)
                await LearnAsync(secret, cancellationToken);
        }
        catch (Exception exception) when (
            exception is MongoException or TimeoutException or VaultUnavailableException or OperationCanceledException)
        {
            // Asked again; what has been learnt holds.
        }

        if (keys.Secret is { } used && checks.IsAnother(used))
        {
            PersonalDataKeyCheckLog.IsAnother(lines);
            reasons.Report(
                Source,
                $"secrets: {SecretKeys.PersonalDataKey} is not the key that the stored personal data was written under; "
                + "logins and users are not served until it is delivered again.");
        }
        else
        {
            reasons.Withdraw(Source);
        }
    }

    private async Task LearnAsync(string secret, CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is { } known)
        {
            checks.Expect(known);
            return;
        }

        // Data of before there were check values: does this key find it?
        var user = await mongo.ExecuteAsync(
            (database, token) => database.GetCollection<User>(UserStore.CollectionName).Find(FilterDefinition<User>.Empty)
                .FirstOrDefaultAsync(token)!, cancellationToken);
        if (user is not null && !await FindsAsync(secret, user, cancellationToken))
        {
            checks.Refuse(KeyCheckValues.Of(secret));
            return;
        }

        await StoreAsync(KeyCheckValues.Of(secret), cancellationToken);
        // Another replica may have been first.
        checks.Expect(await FindAsync(cancellationToken) ?? KeyCheckValues.Of(secret));
    }

    private async Task<bool> FindsAsync(string secret, User user, CancellationToken cancellationToken)
    {
        try
        {
            var (encryption, index) = PersonalDataKeys.Of(secret);
            var email = await protector.RevealAsync(user.Email, user.Id, encryption, cancellationToken);
            return PersonalDataProtector.Index(index, user.Tenant, UserProfiles.EmailKind, email) == user.EmailIndex;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private Task<string?> FindAsync(CancellationToken cancellationToken) => mongo.ExecuteAsync(async (database, token) =>
    {
        var found = await database.GetCollection<BsonDocument>(Collection).Find(new BsonDocument("_id", Name)).FirstOrDefaultAsync(token);
        return found?["check"].AsString;
    }, cancellationToken);

    private Task<bool> StoreAsync(string check, CancellationToken cancellationToken) => mongo.ExecuteAsync(async (database, token) =>
    {
        var insert = new BsonDocument(
            "$setOnInsert", new BsonDocument { ["check"] = check, ["created_at"] = time.GetUtcNow().UtcDateTime });
        try
        {
            await database.GetCollection<BsonDocument>(Collection).UpdateOneAsync(
                new BsonDocument("_id", Name), insert, new UpdateOptions { IsUpsert = true }, token);
            return true;
        }
        catch (MongoWriteException exception) when (exception.WriteError.Category == ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }, cancellationToken);

    private static partial class PersonalDataKeyCheckLog
    {
        [LoggerMessage(2131, LogLevel.Critical,
            "The key of personal data (app:personal_data_key, or app:secret_key where there is none) is not the one that "
            + "the stored data was written under; logins and users are not served")]
        public static partial void IsAnother(ILogger logger);
    }
}
