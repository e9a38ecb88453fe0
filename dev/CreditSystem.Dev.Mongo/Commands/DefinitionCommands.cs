using CreditSystem.Dev.Mongo.Auth;
using MongoDB.Bson;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>Commands on databases, collections and indexes.</summary>
internal sealed class DefinitionCommands(NpgsqlDataSource dataSource, EngineCall engine)
{
    private const string Command = "$2::bytea::documentdb_core.bson";

    public void Register(Dictionary<string, CommandDefinition> commands)
    {
        commands["create"] = Pass($"SELECT documentdb_api.create_collection_view($1, {Command})::bytea", Access.Write);
        commands["createIndexes"] = Pass($"SELECT documentdb_api_internal.create_indexes_non_concurrently($1, {Command}, true)::bytea", Access.Write);
        commands["dropIndexes"] = new CommandDefinition(DropIndexesAsync, Access.Write);
        commands["drop"] = new CommandDefinition(DropAsync, Access.Write);
        commands["dropDatabase"] = new CommandDefinition(DropDatabaseAsync, Access.DatabaseAdmin);
        commands["collMod"] = new CommandDefinition((context, token) => WithTargetAsync(context, "SELECT documentdb_api.coll_mod($1, $2, $3::bytea::documentdb_core.bson)::bytea", token), Access.DatabaseAdmin);
        commands["renameCollection"] = new CommandDefinition((context, token) => engine.ReplyAsync(context, $"SELECT documentdb_api.rename_collection({Command})::bytea WHERE $1 IS NOT NULL", token), Access.DatabaseAdmin);
        commands["collStats"] = new CommandDefinition((context, token) => WithTargetAsync(context, "SELECT documentdb_api.coll_stats($1, $2)::bytea WHERE $3::bytea IS NOT NULL", token), Access.Read);
        commands["dbStats"] = Pass("SELECT documentdb_api.db_stats($1)::bytea WHERE $2::bytea IS NOT NULL", Access.Read);
        commands["validate"] = Pass($"SELECT document::bytea FROM documentdb_api.validate($1, {Command})", Access.DatabaseAdmin);
    }

    private CommandDefinition Pass(string sql, Access requires) => new((context, token) => engine.ReplyAsync(context, sql, token), requires);

    private async ValueTask WithTargetAsync(CommandContext context, string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = context.Request.Database });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = context.Request.RequireTarget() });
        command.Parameters.Add(EngineCall.Bytes(context.Request.Body));
        context.Reply.Set((byte[])(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    private async ValueTask DropIndexesAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"CALL documentdb_api.drop_indexes($1, {Command})");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = context.Request.Database });
        command.Parameters.Add(EngineCall.Bytes(context.Request.Body));
        await command.ExecuteNonQueryAsync(cancellationToken);
        context.Succeed();
    }

    private async ValueTask DropAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT documentdb_api.drop_collection($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = context.Request.Database });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = context.Request.RequireTarget() });
        await command.ExecuteNonQueryAsync(cancellationToken);
        context.Succeed(new BsonDocument("ns", context.Request.Namespace));
    }

    private async ValueTask DropDatabaseAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT documentdb_api.drop_database($1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = context.Request.Database });
        await command.ExecuteNonQueryAsync(cancellationToken);
        context.Succeed(new BsonDocument("dropped", context.Request.Database));
    }
}
