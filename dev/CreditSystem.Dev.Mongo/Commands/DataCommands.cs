using CreditSystem.Dev.Mongo.Auth;
using CreditSystem.Dev.Mongo.Wire;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>Commands whose document the engine takes as it is.</summary>
internal sealed class DataCommands(EngineCall engine)
{
    private const string Command = "$2::bytea::documentdb_core.bson";
    private const string Sequence = "$3::bytea::documentdb_core.bsonsequence";

    public void Register(Dictionary<string, CommandDefinition> commands)
    {
        commands["insert"] = Write($"SELECT p_result::bytea FROM documentdb_api.insert($1, {Command}, {Sequence})");
        commands["update"] = Write($"SELECT p_result::bytea FROM documentdb_api.update($1, {Command}, {Sequence})");
        commands["delete"] = Write($"SELECT p_result::bytea FROM documentdb_api.delete($1, {Command}, {Sequence})");
        commands["findAndModify"] = Pass($"SELECT p_result::bytea FROM documentdb_api.find_and_modify($1, {Command})", Access.Write);
        commands["findandmodify"] = commands["findAndModify"];
        commands["count"] = Pass($"SELECT document::bytea FROM documentdb_api.count_query($1, {Command})", Access.Read);
        commands["distinct"] = Pass($"SELECT document::bytea FROM documentdb_api.distinct_query($1, {Command})", Access.Read);
    }

    private CommandDefinition Write(string sql) => new(async (context, token) =>
    {
        context.Request.RequireTarget();
        await engine.ReplyAsync(context, sql, GaveUp, token);
        if (HasWriteErrors(context.Reply.Document))
        {
            var reply = CommandRequest.Parse(context.Reply.Document.ToArray());
            EngineErrors.TranslateWriteErrors(reply, context.Request.Namespace);
            context.Reply.Set(reply);
        }
    }, Access.Write);

    private CommandDefinition Pass(string sql, Access requires) => new((context, token) =>
    {
        context.Request.RequireTarget();
        return engine.ReplyAsync(context, sql, token);
    }, requires);

    private static bool GaveUp(Reply reply) => HasWriteErrors(reply.Document) && EngineErrors.GaveUp(CommandRequest.Parse(reply.Document.ToArray()));

    private static bool HasWriteErrors(ReadOnlySpan<byte> reply)
    {
        var scanner = new BsonScanner(reply);
        while (scanner.MoveNext())
        {
            if (scanner.Name.SequenceEqual("writeErrors"u8))
                return true;
        }

        return false;
    }
}
