using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Identity.Sessions;

/// <summary>
/// Logins, in the database: a refresh asks it and nothing else, so that it fails closed when the database is away.
/// </summary>
public sealed class SessionStore(MongoConnection connection)
{
    /// <summary>A session is rotated at most once a minute or so; older tokens than these are refused, without the alarm.</summary>
    private const int MaxUsed = 200;

    private readonly MongoSet<Session> sessions = new(
        connection, "sessions",
        new(Builders<Session>.IndexKeys.Ascending(s => s.Tenant).Ascending(s => s.User), new() { Name = "tenant_user" }),
        new(Builders<Session>.IndexKeys.Ascending(s => s.ExpiresAt), new() { Name = "expiry", ExpireAfter = TimeSpan.Zero }));

    public Task InsertAsync(Session session, CancellationToken cancellationToken) => sessions.InsertAsync(session, cancellationToken);

    public Task<Session?> FindAsync(string id, CancellationToken cancellationToken) =>
        sessions.FindAsync(session => session.Id == id, cancellationToken);

    /// <summary>Replaces the token that is good now; of two who show it at once, one gets through.</summary>
    public async Task<bool> TryRotateAsync(string id, byte[] shown, byte[] next, DateTime expiresAt, CancellationToken cancellationToken) =>
        await sessions.ChangeAsync(
            session => session.Id == id && session.Current == shown && !session.Revoked,
            Builders<Session>.Update.Set(session => session.Current, next).Set(session => session.ExpiresAt, expiresAt)
                .PushEach(session => session.Used, [shown], slice: -MaxUsed),
            cancellationToken) is not null;

    public Task RevokeAsync(string id, CancellationToken cancellationToken) => sessions.ChangeAsync(
        session => session.Id == id, Builders<Session>.Update.Set(session => session.Revoked, true), cancellationToken);

    /// <returns>The ids of the sessions that were revoked now.</returns>
    public Task<List<string>> RevokeAllAsync(string tenant, string user, string? except, CancellationToken cancellationToken) =>
        sessions.UseAsync(async (all, token) =>
        {
            var filter = Builders<Session>.Filter.Where(session => session.Tenant == tenant && session.User == user && !session.Revoked);
            if (except is not null)
                filter &= Builders<Session>.Filter.Ne(session => session.Id, except);
            var ids = await all.Find(filter).Project(session => session.Id).ToListAsync(token);
            if (ids.Count > 0)
                await all.UpdateManyAsync(
                    Builders<Session>.Filter.In(session => session.Id, ids), Builders<Session>.Update.Set(session => session.Revoked, true),
                    cancellationToken: token);
            return ids;
        }, cancellationToken);
}
