using CreditSystem.Secrets.Rotation;
using MongoDB.Driver;

namespace CreditSystem.Api.Payments.Notices;

/// <summary>Which events have been dealt with, and which could not be.</summary>
internal sealed class NoticeStore(MongoConnection connection, TimeProvider time)
{
    // The provider repeats an event for three days; after its signature's age has run out nobody else can.
    private static readonly TimeSpan EventLifetime = TimeSpan.FromDays(40);
    private static readonly TimeSpan UnusableLifetime = TimeSpan.FromDays(400);

    private readonly MongoSet<SeenEvent> events = new(connection, "payment_notices", new CreateIndexModel<SeenEvent>(
        Builders<SeenEvent>.IndexKeys.Ascending(seen => seen.At), new() { ExpireAfter = EventLifetime }));

    private readonly MongoSet<UnusableNotice> unusable = new(
        connection, "unusable_notices",
        new(
            Builders<UnusableNotice>.IndexKeys.Ascending(kept => kept.LastAt),
            new() { Name = "last_at", ExpireAfter = UnusableLifetime }),
        new(Builders<UnusableNotice>.IndexKeys.Ascending(kept => kept.Payment), new() { Name = "payment" }));

    public async Task<bool> HasSeenAsync(string eventId, CancellationToken cancellationToken) =>
        await events.FindAsync(seen => seen.Id == eventId, cancellationToken) is not null;

    /// <summary>After the event has been dealt with, never before: one that was cut off must be dealt with again.</summary>
    public Task MarkSeenAsync(string eventId, CancellationToken cancellationToken) => events.WriteAsync(
        (all, token) => all.ReplaceOneAsync(
            seen => seen.Id == eventId, new SeenEvent { Id = eventId, At = time.GetUtcNow().UtcDateTime },
            new ReplaceOptions { IsUpsert = true }, token),
        cancellationToken);

    /// <summary>Keeps a notice that could not be used, once however often it comes.</summary>
    public Task KeepUnusableAsync(RawNotice notice, string reason, string? detail, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var change = Builders<UnusableNotice>.Update.SetOnInsert(kept => kept.FirstAt, now).Set(kept => kept.LastAt, now)
            .Inc(kept => kept.Attempts, 1).Set(kept => kept.Reason, reason).Set(kept => kept.Detail, detail)
            .Set(kept => kept.Type, notice.Type).Set(kept => kept.Payment, notice.Payment);
        return unusable.WriteAsync(
            (all, token) => all.UpdateOneAsync(kept => kept.Id == notice.Id, change, new UpdateOptions { IsUpsert = true }, token),
            cancellationToken);
    }

    /// <summary>Those that could not be used, the latest first, after one of them.</summary>
    public async Task<List<UnusableNotice>> ListUnusableAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        var filter = Builders<UnusableNotice>.Filter.Empty;
        if (after is not null && await FindUnusableAsync(after, cancellationToken) is { } last)
            filter = Builders<UnusableNotice>.Filter.Where(
                kept => kept.LastAt < last.LastAt || kept.LastAt == last.LastAt && kept.Id.CompareTo(last.Id) < 0);
        return await unusable.ListAsync(
            all => all.Find(filter).SortByDescending(kept => kept.LastAt).ThenByDescending(kept => kept.Id).Limit(limit),
            cancellationToken);
    }

    public Task<UnusableNotice?> FindUnusableAsync(string id, CancellationToken cancellationToken) =>
        unusable.FindAsync(kept => kept.Id == id, cancellationToken);

    /// <summary>The payment has been dealt with, so that what came of it is of use no more; so is one that names no payment.</summary>
    public Task ForgetUnusableAsync(string? id, string? payment, CancellationToken cancellationToken) => unusable.UseAsync(
        (all, token) => all.DeleteManyAsync(kept => kept.Id == id || payment != null && kept.Payment == payment, token), cancellationToken);
}
