using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Api.Payments.TopUps;

/// <summary>The policies of all accounts.</summary>
internal sealed class TopUpStore(MongoConnection connection)
{
    private readonly MongoSet<TopUpPolicy> policies = new(
        connection, "top_up_policies",
        new(
            Builders<TopUpPolicy>.IndexKeys.Ascending(policy => policy.Status).Ascending(policy => policy.Partition)
                .Ascending(policy => policy.Account),
            new() { Name = "status_partition_account" }),
        new(
            Builders<TopUpPolicy>.IndexKeys.Ascending(policy => policy.Partition).Ascending(policy => policy.NextAt),
            new() { Name = "partition_next" }));

    private static FilterDefinitionBuilder<TopUpPolicy> All => Builders<TopUpPolicy>.Filter;

    private static FilterDefinition<TopUpPolicy> InUse => All.Eq(policy => policy.Status, TopUpPolicy.Active);

    public Task<TopUpPolicy?> FindAsync(string tenant, string account, CancellationToken cancellationToken) =>
        policies.FindAsync(policy => policy.Account == account && policy.Tenant == tenant, cancellationToken);

    /// <summary>Stores what a policy becomes, if nobody has changed it since.</summary>
    /// <param name="before">What it was; null for a new one.</param>
    /// <param name="after">What it is to be.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The policy with its new version; null where somebody else was first.</returns>
    public async Task<TopUpPolicy?> TryReplaceAsync(TopUpPolicy? before, TopUpPolicy after, CancellationToken cancellationToken)
    {
        var next = after with { Version = (before?.Version ?? 0) + 1 };
        var isStored = before is null
            ? await policies.TryInsertAsync(next, cancellationToken)
            : (await policies.UseAsync(
                (all, token) => all.ReplaceOneAsync(
                    policy => policy.Account == before.Account && policy.Version == before.Version, next, cancellationToken: token),
                cancellationToken)).MatchedCount == 1;
        return isStored ? next : null;
    }

    /// <summary>The partitions in which something is to be looked after.</summary>
    public Task<List<int>> PartitionsAsync(CancellationToken cancellationToken) => policies.UseAsync(async (all, token) =>
        await (await all.DistinctAsync(policy => policy.Partition, InUse, cancellationToken: token)).ToListAsync(token), cancellationToken);

    /// <summary>Those of the accounts that are to be looked at, a page of them after an account.</summary>
    public Task<List<TopUpPolicy>> PageAsync(int partition, string after, int limit, CancellationToken cancellationToken) =>
        policies.ListAsync(
            all => all.Find(InUse & All.Eq(policy => policy.Partition, partition) & All.Gt(policy => policy.Account, after))
                .SortBy(policy => policy.Account).Limit(limit),
            cancellationToken);

    public Task<List<TopUpPolicy>> AmongAsync(IReadOnlyCollection<string> accounts, CancellationToken cancellationToken) =>
        policies.ListAsync(all => all.Find(InUse & All.In(policy => policy.Account, accounts)), cancellationToken);

    /// <summary>Those whose time has come: to be charged again, or to be asked about.</summary>
    public Task<List<TopUpPolicy>> DueAsync(int partition, DateTime now, int limit, CancellationToken cancellationToken) =>
        policies.ListAsync(
            all => all.Find(All.Eq(policy => policy.Partition, partition) & All.Lte(policy => policy.NextAt, now))
                .SortBy(policy => policy.NextAt).Limit(limit),
            cancellationToken);

    /// <summary>Those with something to tell.</summary>
    public Task<List<TopUpPolicy>> UntoldAsync(int partition, int limit, CancellationToken cancellationToken) => policies.ListAsync(
        all => all.Find(All.Eq(policy => policy.Partition, partition) & All.SizeGt(policy => policy.Events, 0)).Limit(limit),
        cancellationToken);

    /// <summary>Those events have been told. It changes nothing that another change depends on.</summary>
    public Task ToldAsync(string account, IReadOnlyCollection<string> events, CancellationToken cancellationToken) => policies.ChangeAsync(
        policy => policy.Account == account,
        Builders<TopUpPolicy>.Update.PullFilter(policy => policy.Events, told => events.Contains(told.Id)).Inc(policy => policy.Version, 1),
        cancellationToken);
}
