using System.Collections.Concurrent;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>A query whose remaining batches the client may ask for.</summary>
/// <param name="Connection">The connection that holds the result, when the engine keeps it there.</param>
internal sealed record OpenCursor(string? UserId, string Database, byte[] Continuation, NpgsqlConnection? Connection, long LastUsed);

/// <summary>The open cursors. One that nobody asks for is closed after the idle time that MongoDB gives it.</summary>
internal sealed class CursorStore(TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<long, OpenCursor> _cursors = new();

    public void Add(long id, OpenCursor cursor) => _cursors[id] = cursor with { LastUsed = time.GetTimestamp() };

    /// <summary>Takes the cursor out, so that nobody else can use it meanwhile; null when there is none of that user's.</summary>
    public OpenCursor? Take(long id, string? userId) =>
        _cursors.TryGetValue(id, out var cursor) && cursor.UserId == userId && _cursors.TryRemove(id, out cursor) ? cursor : null;

    public static async ValueTask CloseAsync(OpenCursor cursor)
    {
        if (cursor.Connection is not { } connection)
            return;
        try
        {
            await using var close = new NpgsqlCommand("CLOSE ALL", connection);
            await close.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // A broken connection holds no result any more.
        }

        await connection.DisposeAsync();
    }

    public async Task CloseIdleAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30), time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var (id, cursor) in _cursors)
            {
                if (time.GetElapsedTime(cursor.LastUsed) > IdleTime && _cursors.TryRemove(KeyValuePair.Create(id, cursor)))
                    await CloseAsync(cursor);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _cursors.Keys)
        {
            if (_cursors.TryRemove(id, out var cursor))
                await CloseAsync(cursor);
        }
    }
}
