using CreditSystem.Identity;
using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Api.Payments.TopUps;

/// <summary>The policies of all accounts.</summary>
internal sealed class TopUpStore(MongoConnection connection)
{
    private readonly IndexInitializer indexes = new();

    public Task<TopUpPolicy?> FindAsync(string tenant, string account, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (TopUpPolicy?)await Policies(database)
            .Find(policy => policy.Account == account && policy.Tenant == tenant).FirstOrDefaultAsync(token), cancellationToken);

    /// <summary>Stores what a policy becomes, if nobody has changed it since.</summary>
    /// <param name="before">What it was; null for a new one.</param>
    /// <param name="after">What it is to be.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The policy with its new version; null where somebody else was first.</returns>
    public Task<TopUpPolicy?> TryReplaceAsync(TopUpPolicy? before, TopUpPolicy after, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(async (database, token) =>
        {
            var next = after with { Version = (before?.Version ?? 0) + 1 };
            await indexes.EnsureAsync(Policies(database), Indexes, token);
            if (before is not null)
                return (await Policies(database).ReplaceOneAsync(
                    policy => policy.Account == before.Account && policy.Version == before.Version, next, cancellationToken: token))
                    .MatchedCount == 1 ? next : null;
            try
            {
                await Policies(database).InsertOneAsync(next, cancellationToken: token);
                return next;
            }
            catch (MongoWriteException failure) when (failure.WriteError.Category == ServerErrorCategory.DuplicateKey)
            {
                return null;
            }
        }, cancellationToken);

    /// <summary>The partitions in which something is to be looked after.</summary>
    public Task<List<int>> PartitionsAsync(CancellationToken cancellationToken) => connection.ExecuteAsync(async (database, token) =>
        await (await Policies(database).DistinctAsync(policy => policy.Partition, InUse, cancellationToken: token)).ToListAsync(token),
        cancellationToken);

    /// <summary>Those of the accounts that are to be looked at, a page of them after an account.</summary>
    public Task<List<TopUpPolicy>> PageAsync(int partition, string after, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync((database, token) => Policies(database)
            .Find(InUse & All.Eq(policy => policy.Partition, partition) & All.Gt(policy => policy.Account, after))
            .SortBy(policy => policy.Account).Limit(limit).ToListAsync(token), cancellationToken);

    public Task<List<TopUpPolicy>> AmongAsync(IReadOnlyCollection<string> accounts, CancellationToken cancellationToken) =>
        connection.ExecuteAsync((database, token) => Policies(database)
            .Find(InUse & All.In(policy => policy.Account, accounts)).ToListAsync(token), cancellationToken);

    /// <summary>Those whose time has come: to be charged again, or to be asked about.</summary>
    public Task<List<TopUpPolicy>> DueAsync(int partition, DateTime now, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync((database, token) => Policies(database)
            .Find(All.Eq(policy => policy.Partition, partition) & All.Lte(policy => policy.NextAt, now))
            .SortBy(policy => policy.NextAt).Limit(limit).ToListAsync(token), cancellationToken);

    /// <summary>Those with something to tell.</summary>
    public Task<List<TopUpPolicy>> UntoldAsync(int partition, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync((database, token) => Policies(database)
            .Find(All.Eq(policy => policy.Partition, partition) & All.SizeGt(policy => policy.Events, 0)).Limit(limit)
            .ToListAsync(token), cancellationToken);

    /// <summary>Those events have been told. It changes nothing that another change depends on.</summary>
    public Task ToldAsync(string account, IReadOnlyCollection<string> events, CancellationToken cancellationToken) =>
        connection.ExecuteAsync((database, token) => Policies(database).UpdateOneAsync(
            policy => policy.Account == account,
            Builders<TopUpPolicy>.Update.PullFilter(policy => policy.Events, told => events.Contains(told.Id))
                .Inc(policy => policy.Version, 1),
            options: null, token), cancellationToken);

    private static FilterDefinitionBuilder<TopUpPolicy> All => Builders<TopUpPolicy>.Filter;

    private static FilterDefinition<TopUpPolicy> InUse => All.Eq(policy => policy.Status, TopUpPolicy.Active);

    private static IMongoCollection<TopUpPolicy> Policies(IMongoDatabase database) =>
        database.GetCollection<TopUpPolicy>("top_up_policies");

    private static IEnumerable<CreateIndexModel<TopUpPolicy>> Indexes =>
    [
        new(
            Builders<TopUpPolicy>.IndexKeys.Ascending(policy => policy.Status).Ascending(policy => policy.Partition)
                .Ascending(policy => policy.Account),
            new() { Name = "status_partition_account" }),
        new(
            Builders<TopUpPolicy>.IndexKeys.Ascending(policy => policy.Partition).Ascending(policy => policy.NextAt),
            new() { Name = "partition_next" }),
    ];
}
