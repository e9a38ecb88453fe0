using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Identity.Users;

/// <summary>The users of all tenants. Every method takes the tenant, so that none can reach across.</summary>
public sealed class UserStore(MongoConnection connection)
{
    public const string EmailTaken = "email_taken";
    public const string UsernameTaken = "username_taken";
    public const int MaxKnownAddresses = 10;

    public const string CollectionName = "users";
    private const string UsernameIndexName = "tenant_username";
    private const string EmailIndexName = "tenant_email";

    private readonly IndexInitializer indexes = new();

    /// <returns>Null, or which of the unique values another user of the tenant has.</returns>
    public Task<string?> InsertAsync(User user, CancellationToken cancellationToken) => connection.ExecuteAsync(async (database, token) =>
    {
        var users = Users(database);
        await indexes.EnsureAsync(users, UniqueIndexes, token);
        try
        {
            await users.InsertOneAsync(user, cancellationToken: token);
            return null;
        }
        catch (MongoWriteException failure) when (failure.WriteError.Category == ServerErrorCategory.DuplicateKey)
        {
            // The message is the server's own, and not every server names the index in it.
            return await users.Find(other => other.Tenant == user.Tenant && other.EmailIndex == user.EmailIndex).AnyAsync(token)
                ? EmailTaken
                : UsernameTaken;
        }
    }, cancellationToken);

    public Task<User?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => connection.ExecuteAsync(
        async (database, token) => (User?)await Users(database).Find(user => user.Id == id && user.Tenant == tenant)
            .FirstOrDefaultAsync(token), cancellationToken);

    /// <summary>By the blind index of either the e-mail address or the username.</summary>
    public Task<User?> FindByLoginAsync(string tenant, string emailIndex, string usernameIndex, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
        async (database, token) => (User?)await Users(database)
            .Find(user => user.Tenant == tenant && (user.EmailIndex == emailIndex || user.UsernameIndex == usernameIndex))
                .FirstOrDefaultAsync(token), cancellationToken);

    /// <summary>In the order of their ids, which is that of their registration.</summary>
    public Task<List<User>> ListAsync(string tenant, string? after, int limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
        (database, token) =>
        {
            var filter = Builders<User>.Filter.Eq(user => user.Tenant, tenant);
            if (after is not null)
                filter &= Builders<User>.Filter.Gt(user => user.Id, after);
            return Users(database).Find(filter).SortBy(user => user.Id).Limit(limit).ToListAsync(token);
        }, cancellationToken);

    /// <summary>Whether the tenant has an owner who can log in, besides the user of the id.</summary>
    public Task<bool> HasOwnerAsync(string tenant, string? besides, CancellationToken cancellationToken) => connection.ExecuteAsync(
        (database, token) => Users(database).WithReadPreference(ReadPreference.Primary)
            .Find(user => user.Tenant == tenant && user.Role == Role.Owner && !user.Disabled && user.Id != besides)
                .AnyAsync(token), cancellationToken);

    /// <returns>The user after the change; null where there is none.</returns>
    public Task<User?> UpdateAsync(string tenant, string id, UpdateDefinition<User> change, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
        async (database, token) => (User?)await Users(database).FindOneAndUpdateAsync<User>(
            user => user.Id == id && user.Tenant == tenant, change, new() { ReturnDocument = ReturnDocument.After },
            token), cancellationToken);

    private static IMongoCollection<User> Users(IMongoDatabase database) => database.GetCollection<User>(CollectionName);

    private static IEnumerable<CreateIndexModel<User>> UniqueIndexes =>
    [
        new(
            Builders<User>.IndexKeys.Ascending(user => user.Tenant).Ascending(user => user.EmailIndex),
            new() { Name = EmailIndexName, Unique = true }),
        new(
            Builders<User>.IndexKeys.Ascending(user => user.Tenant).Ascending(user => user.UsernameIndex),
            new() { Name = UsernameIndexName, Unique = true }),
    ];
}
