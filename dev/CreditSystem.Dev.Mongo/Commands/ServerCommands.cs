using CreditSystem.Dev.Mongo.Auth;
using MongoDB.Bson;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>Commands about the server itself.</summary>
internal sealed class ServerCommands(NpgsqlDataSource dataSource, UserStore users, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public void Register(Dictionary<string, CommandDefinition> commands)
    {
        commands["ping"] = Answer(_ => [], open: true);
        commands["buildInfo"] = Answer(_ => BuildInfo(), open: true);
        commands["buildinfo"] = commands["buildInfo"];
        commands["endSessions"] = Answer(_ => []);
        commands["refreshSessions"] = Answer(_ => []);
        commands["killSessions"] = Answer(_ => []);
        commands["startSession"] = Answer(_ => new BsonDocument { ["id"] = new BsonDocument("id", new BsonBinaryData(Guid.NewGuid(), GuidRepresentation.Standard)), ["timeoutMinutes"] = 30 });
        commands["whatsmyuri"] = Answer(_ => new BsonDocument("you", "127.0.0.1:0"));
        commands["getParameter"] = Answer(_ => new BsonDocument("featureCompatibilityVersion", new BsonDocument("version", "7.0")), Access.Monitor);
        commands["hostInfo"] = Answer(_ => HostInfo(), Access.Monitor);
        commands["serverStatus"] = Answer(_ => ServerStatus(), Access.Monitor);
        commands["getLog"] = Answer(_ => new BsonDocument { ["totalLinesWritten"] = 0, ["log"] = new BsonArray() }, Access.Monitor);
        commands["connectionStatus"] = Answer(ConnectionStatus);
        commands["listCommands"] = Answer(_ => new BsonDocument("commands", new BsonDocument(commands.Keys.Order(StringComparer.Ordinal).Select(name => new BsonElement(name, new BsonDocument())))));
        commands["listDatabases"] = new CommandDefinition(ListDatabasesAsync, null);
    }

    private static CommandDefinition Answer(Func<CommandContext, BsonDocument> answer, Access? requires = null, bool open = false) => new((context, _) =>
    {
        context.Succeed(answer(context));
        return ValueTask.CompletedTask;
    }, requires, open);

    private static BsonDocument BuildInfo() => new()
    {
        ["version"] = "7.0.0",
        ["versionArray"] = new BsonArray { 7, 0, 0, 0 },
        ["gitVersion"] = "documentdb",
        ["modules"] = new BsonArray(),
        ["bits"] = 64,
        ["debug"] = false,
        ["maxBsonObjectSize"] = 16 * 1024 * 1024,
    };

    private static BsonDocument HostInfo() => new()
    {
        ["system"] = new BsonDocument { ["hostname"] = Environment.MachineName, ["numCores"] = Environment.ProcessorCount, ["cpuArch"] = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString() },
        ["os"] = new BsonDocument { ["type"] = "Linux", ["name"] = System.Runtime.InteropServices.RuntimeInformation.OSDescription },
    };

    private BsonDocument ServerStatus() => new()
    {
        ["host"] = Environment.MachineName,
        ["version"] = "7.0.0",
        ["process"] = "mongod",
        ["pid"] = (long)Environment.ProcessId,
        ["uptime"] = time.GetElapsedTime(_started).TotalSeconds,
        ["localTime"] = time.GetUtcNow().UtcDateTime,
    };

    private BsonDocument ConnectionStatus(CommandContext context)
    {
        var user = context.Session.UserId is { } id ? users.Find(id) : null;
        return new BsonDocument("authInfo", new BsonDocument
        {
            ["authenticatedUsers"] = user is null ? new BsonArray() : new BsonArray { new BsonDocument { ["user"] = user.Name, ["db"] = user.Database } },
            ["authenticatedUserRoles"] = user is null ? new BsonArray() : new BsonArray(user.Roles.Select(role => role.ToBson())),
        });
    }

    /// <summary>Only the databases that the user may read are listed, as in MongoDB.</summary>
    private async ValueTask ListDatabasesAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT documentdb_api.list_databases($1::bytea::documentdb_core.bson)::bytea");
        command.Parameters.Add(EngineCall.Bytes(context.Request.Body));
        var reply = Wire.CommandRequest.Parse((byte[])(await command.ExecuteScalarAsync(cancellationToken))!);
        if (context.Session.UserId is { } id && users.Find(id) is { } user)
            reply["databases"] = new BsonArray(reply["databases"].AsBsonArray.Where(database => user.AccessTo(database["name"].AsString).HasFlag(Access.Read)));
        context.Reply.Set(reply);
    }
}
