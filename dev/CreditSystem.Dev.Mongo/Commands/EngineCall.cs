using System.Data;
using CreditSystem.Dev.Mongo.Wire;
using Npgsql;
using NpgsqlTypes;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>Calls of the engine's functions: documents go in and come out as they are, in BSON.</summary>
internal sealed class EngineCall(NpgsqlDataSource dataSource)
{
    private const int MostAttempts = 50;

    // Those that are run again wait for each other here, or they would stand in each other's way for long.
    private static readonly SemaphoreSlim Again = new(1, 1);

    /// <summary>
    /// Runs a statement that gives one document, which becomes the reply. One that the engine gave up for another is run again, as
    /// MongoDB does by itself: a client is not told of it.
    /// </summary>
    /// <param name="context">Whose reply it becomes.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="gaveUp">Whether the reply says that the engine gave up before anything was written.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    public async ValueTask ReplyAsync(CommandContext context, string sql, Func<Reply, bool> gaveUp, CancellationToken cancellationToken)
    {
        if (await TryReplyAsync(context, sql, gaveUp, isLast: false, cancellationToken))
            return;
        await Again.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 2; !await TryReplyAsync(context, sql, gaveUp, isLast: attempt == MostAttempts, cancellationToken);)
                attempt++;
        }
        finally
        {
            Again.Release();
        }
    }

    public ValueTask ReplyAsync(CommandContext context, string sql, CancellationToken cancellationToken) => ReplyAsync(context, sql, _ => false, cancellationToken);

    /// <summary>A statement with the parameters that it mentions: $1 database, $2 command, $3 document sequence.</summary>
    public static NpgsqlCommand Create(NpgsqlConnection connection, string sql, CommandRequest request)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Database });
        command.Parameters.Add(Bytes(request.Body));
        if (sql.Contains("$3", StringComparison.Ordinal))
            command.Parameters.Add(request.Sequence is { } sequence ? Bytes(sequence) : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        return command;
    }

    public static NpgsqlParameter Bytes(ReadOnlyMemory<byte> value) => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    private async Task<bool> TryReplyAsync(CommandContext context, string sql, Func<Reply, bool> gaveUp, bool isLast, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            await using var command = Create(connection, sql, context.Request);
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
                throw new CommandFailure(ErrorCode.InternalError, "The engine has answered nothing");
            context.Reply.Set(reader, 0);
        }
        catch (PostgresException exception) when (!isLast && EngineErrors.IsConflict(exception.SqlState))
        {
            // The statement was all of the transaction: nothing is left of it.
            return false;
        }

        return isLast || !gaveUp(context.Reply);
    }
}
