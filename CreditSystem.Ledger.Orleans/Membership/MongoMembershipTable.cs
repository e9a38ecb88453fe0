using System.Globalization;
using CreditSystem.Ledger.MongoDb;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.Orleans.Membership;

/// <summary>
/// The members of the cluster, beside the log: one document, so that a row and the version of the table change together. It is read
/// and written as the log is, on the primary and by a majority.
/// </summary>
internal sealed partial class MongoMembershipTable(
    LedgerDatabase connection, IOptions<global::Orleans.Configuration.ClusterOptions> cluster, TimeProvider time,
    ILogger<MongoMembershipTable> logger) : IMembershipTable
{
    public const string Collection = "cluster_members";
    private const string Version = "version";
    private const string Rows = "rows";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string id = cluster.Value.ClusterId;

    /// <summary>Waits for the database: a replica that cannot reach it has nothing to do yet.</summary>
    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        while (true)
            try
            {
                await ExecuteAsync(table => table.UpdateOneAsync(
                    ById, Builders<BsonDocument>.Update.SetOnInsert(Version, 0).SetOnInsert(Rows, new BsonDocument()),
                    new UpdateOptions { IsUpsert = true }));
                return;
            }
            catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
            {
                // Another replica has just made it.
                return;
            }
            catch (Exception exception) when (exception is MongoException or TimeoutException)
            {
                TableLog.NotReached(logger, exception.Message);
                await Task.Delay(Pause, time);
            }
    }

    public Task DeleteMembershipTableEntries(string clusterId) =>
        ExecuteAsync(table => table.DeleteOneAsync(Builders<BsonDocument>.Filter.Eq("_id", clusterId)));

    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
    {
        var (members, version) = await ReadAsync();
        var defunct = members.Where(member => member.Status == SiloStatus.Dead && LastSeen(member) < beforeDate.UtcDateTime).ToList();
        if (defunct.Count > 0)
            await TryUpdateAsync(
                AtVersion(version), Builders<BsonDocument>.Update.Combine(
                    defunct.Select(member => Builders<BsonDocument>.Update.Unset(MembershipRow.PathOf(member.SiloAddress)))
                        .Append(Builders<BsonDocument>.Update.Inc(Version, 1))));
    }

    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        var (members, version) = await ReadAsync();
        return ToTable(members.FindAll(member => member.SiloAddress.Equals(key)), version);
    }

    public async Task<MembershipTableData> ReadAll()
    {
        var (members, version) = await ReadAsync();
        return ToTable(members, version);
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => TryWriteAsync(entry, tableVersion, exists: false);

    // The version of the table is that of each of its rows.
    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        etag == tableVersion.VersionEtag ? TryWriteAsync(entry, tableVersion, exists: true) : Task.FromResult(false);

    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        var path = MembershipRow.PathOf(entry.SiloAddress);
        return TryUpdateAsync(
            ById & Builders<BsonDocument>.Filter.Exists(path),
            Builders<BsonDocument>.Update.Set($"{path}.{MembershipRow.Alive}", entry.IAmAliveTime));
    }

    private Task<bool> TryWriteAsync(MembershipEntry entry, TableVersion version, bool exists)
    {
        var path = MembershipRow.PathOf(entry.SiloAddress);
        return TryUpdateAsync(
            AtVersion(int.Parse(version.VersionEtag, CultureInfo.InvariantCulture)) & Builders<BsonDocument>.Filter.Exists(path, exists),
            Builders<BsonDocument>.Update.Set(Version, version.Version).Set(path, MembershipRow.Write(entry)));
    }

    private async Task<bool> TryUpdateAsync(FilterDefinition<BsonDocument> filter, UpdateDefinition<BsonDocument> update) =>
        (await ExecuteAsync(table => table.UpdateOneAsync(filter, update))).MatchedCount == 1;

    private async Task<(List<MembershipEntry> Members, int Version)> ReadAsync()
    {
        var found = await ExecuteAsync(table => table.Find(ById).FirstOrDefaultAsync());
        return found is null ? ([], 0) : ([.. found[Rows].AsBsonDocument.Select(row => MembershipRow.Read(row.Value.AsBsonDocument))],
            found[Version].ToInt32());
    }

    private Task<T> ExecuteAsync<T>(Func<IMongoCollection<BsonDocument>, Task<T>> operation) => connection.ExecuteAsync(
        (database, _) => operation(LedgerDatabase.Pinned<BsonDocument>(database, Collection, journal: true)), CancellationToken.None);

    private FilterDefinition<BsonDocument> ById => Builders<BsonDocument>.Filter.Eq("_id", id);

    private FilterDefinition<BsonDocument> AtVersion(int version) => ById & Builders<BsonDocument>.Filter.Eq(Version, version);

    private static MembershipTableData ToTable(List<MembershipEntry> members, int version)
    {
        var etag = version.ToString(CultureInfo.InvariantCulture);
        return new MembershipTableData([.. members.Select(member => Tuple.Create(member, etag))], new TableVersion(version, etag));
    }

    private static DateTime LastSeen(MembershipEntry member) =>
        member.StartTime > member.IAmAliveTime ? member.StartTime : member.IAmAliveTime;

    private static partial class TableLog
    {
        [LoggerMessage(3711, LogLevel.Warning, "The table of replicas cannot be reached yet; it is tried again: {Reason}")]
        public static partial void NotReached(ILogger logger, string reason);
    }
}
