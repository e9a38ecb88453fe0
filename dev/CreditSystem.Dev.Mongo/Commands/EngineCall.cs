using System.Data;
using CreditSystem.Dev.Mongo.Wire;
using Npgsql;
using NpgsqlTypes;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>Calls of the engine's functions: documents go in and come out as they are, in BSON.</summary>
internal sealed class EngineCall(NpgsqlDataSource dataSource)
{
    /// <summary>Runs a statement that gives one document, which becomes the reply.</summary>
    public async ValueTask ReplyAsync(CommandContext context, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = Create(connection, sql, context.Request);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw new CommandFailure(ErrorCode.InternalError, "The engine has answered nothing");
        context.Reply.Set(reader, 0);
    }

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
}
