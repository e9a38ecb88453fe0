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
    private readonly MongoSet<User> users = new(
        connection, CollectionName,
        new(
            Builders<User>.IndexKeys.Ascending(user => user.Tenant).Ascending(user => user.EmailIndex),
            new() { Name = "tenant_email", Unique = true }),
        new(
            Builders<User>.IndexKeys.Ascending(user => user.Tenant).Ascending(user => user.UsernameIndex),
            new() { Name = "tenant_username", Unique = true }));

    /// <returns>Null, or which of the unique values another user of the tenant has.</returns>
    public async Task<string?> InsertAsync(User user, CancellationToken cancellationToken)
    {
        if (await users.TryInsertAsync(user, cancellationToken))
            return null;
        // The message is the server's own, and not every server names the index in it.
        return await users.FindAsync(other => other.Tenant == user.Tenant && other.EmailIndex == user.EmailIndex, cancellationToken) is null
            ? UsernameTaken
            : EmailTaken;
    }

    public Task<User?> FindAsync(string tenant, string id, CancellationToken cancellationToken) =>
        users.FindAsync(user => user.Id == id && user.Tenant == tenant, cancellationToken);

    /// <summary>By the blind index of either the e-mail address or the username.</summary>
    public Task<User?> FindByLoginAsync(string tenant, string emailIndex, string usernameIndex, CancellationToken cancellationToken) =>
        users.FindAsync(
            user => user.Tenant == tenant && (user.EmailIndex == emailIndex || user.UsernameIndex == usernameIndex), cancellationToken);

    /// <summary>In the order of their ids, which is that of their registration.</summary>
    public Task<List<User>> ListAsync(string tenant, string? after, int limit, CancellationToken cancellationToken)
    {
        var filter = Builders<User>.Filter.Eq(user => user.Tenant, tenant);
        if (after is not null)
            filter &= Builders<User>.Filter.Gt(user => user.Id, after);
        return users.ListAsync(all => all.Find(filter).SortBy(user => user.Id).Limit(limit), cancellationToken);
    }

    /// <summary>Whether the tenant has an owner who can log in, besides the user of the id.</summary>
    public Task<bool> HasOwnerAsync(string tenant, string? besides, CancellationToken cancellationToken) => users.UseAsync(
        (all, token) => all.WithReadPreference(ReadPreference.Primary)
            .Find(user => user.Tenant == tenant && user.Role == Role.Owner && !user.Disabled && user.Id != besides).AnyAsync(token),
        cancellationToken);

    /// <returns>The user after the change; null where there is none.</returns>
    public Task<User?> UpdateAsync(string tenant, string id, UpdateDefinition<User> change, CancellationToken cancellationToken) =>
        users.ChangeAsync(user => user.Id == id && user.Tenant == tenant, change, cancellationToken);
}
