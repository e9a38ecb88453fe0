using System.Buffers.Binary;
using CreditSystem.Dev.Mongo.Auth;
using CreditSystem.Dev.Mongo.Wire;
using MongoDB.Bson;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>Commands that answer with a cursor, and those that go on with one.</summary>
internal sealed class CursorCommands(NpgsqlDataSource dataSource, CursorStore cursors)
{
    private const string Columns = "cursorpage::bytea, continuation::bytea, persistconnection, cursorid";

    public void Register(Dictionary<string, CommandDefinition> commands)
    {
        commands["find"] = FirstPage("find_cursor_first_page", Access.Read);
        commands["aggregate"] = FirstPage("aggregate_cursor_first_page", Access.Read);
        commands["listCollections"] = FirstPage("list_collections_cursor_first_page", Access.Read);
        commands["listIndexes"] = FirstPage("list_indexes_cursor_first_page", Access.Read);
        commands["getMore"] = new CommandDefinition(GetMoreAsync, Access.Read);
        commands["killCursors"] = new CommandDefinition(KillCursorsAsync, null);
    }

    private CommandDefinition FirstPage(string function, Access requires)
    {
        var sql = $"SELECT {Columns} FROM documentdb_api.{function}($1, $2::bytea::documentdb_core.bson)";
        return new CommandDefinition((context, token) => FirstPageAsync(context, sql, token), requires);
    }

    private async ValueTask FirstPageAsync(CommandContext context, string sql, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var isKept = false;
        try
        {
            await using var command = EngineCall.Create(connection, sql, context.Request);
            await using var row = await ReadRowAsync(command, context, cancellationToken);
            if (!row.IsDBNull(1))
            {
                isKept = row.GetBoolean(2);
                cursors.Add(row.GetInt64(3), new OpenCursor(context.Session.UserId, context.Request.Database, row.GetFieldValue<byte[]>(1), isKept ? connection : null, 0));
            }
        }
        finally
        {
            if (!isKept)
                await connection.DisposeAsync();
        }
    }

    private async ValueTask GetMoreAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var id = CursorId(context.Request.Body.Span);
        var cursor = cursors.Take(id, context.Session.UserId) ?? throw new CommandFailure(ErrorCode.CursorNotFound, $"cursor id {id} not found");
        var continues = false;
        try
        {
            await using var borrowed = cursor.Connection is null ? await dataSource.OpenConnectionAsync(cancellationToken) : null;
            await using var command = new NpgsqlCommand(
                "SELECT cursorpage::bytea, continuation::bytea FROM documentdb_api.cursor_get_more($1, $2::bytea::documentdb_core.bson, $3::bytea::documentdb_core.bson)", cursor.Connection ?? borrowed);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cursor.Database });
            command.Parameters.Add(EngineCall.Bytes(context.Request.Body));
            command.Parameters.Add(EngineCall.Bytes(cursor.Continuation));
            await using (var row = await ReadRowAsync(command, context, cancellationToken))
            {
                continues = !row.IsDBNull(1);
                if (continues)
                    cursor = cursor with { Continuation = row.GetFieldValue<byte[]>(1) };
            }

            if (continues)
                cursors.Add(id, cursor);
        }
        finally
        {
            if (!continues)
                await CursorStore.CloseAsync(cursor);
        }
    }

    private async ValueTask KillCursorsAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var killed = new BsonArray();
        var unknown = new BsonArray();
        foreach (var id in context.Request.Document["cursors"].AsBsonArray)
        {
            var cursor = cursors.Take(id.ToInt64(), context.Session.UserId);
            (cursor is null ? unknown : killed).Add(id);
            if (cursor is not null)
                await CursorStore.CloseAsync(cursor);
        }

        context.Succeed(new BsonDocument { ["cursorsKilled"] = killed, ["cursorsNotFound"] = unknown, ["cursorsAlive"] = new BsonArray(), ["cursorsUnknown"] = new BsonArray() });
    }

    private static async ValueTask<NpgsqlDataReader> ReadRowAsync(NpgsqlCommand command, CommandContext context, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw new CommandFailure(ErrorCode.InternalError, "The engine has answered nothing");
        context.Reply.Set(reader, 0);
        return reader;
    }

    private static long CursorId(ReadOnlySpan<byte> body)
    {
        var scanner = new BsonScanner(body);
        return scanner.MoveNext() && scanner.Type == BsonType.Int64
            ? BinaryPrimitives.ReadInt64LittleEndian(scanner.Value)
            : throw new CommandFailure(ErrorCode.TypeMismatch, "Field 'getMore' must be of type long");
    }
}
