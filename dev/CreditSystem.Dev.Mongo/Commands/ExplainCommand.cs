using System.Text.Json;
using System.Text.RegularExpressions;
using CreditSystem.Dev.Mongo.Auth;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>
/// <c>explain</c> of a <c>find</c>: the engine's own plan (<c>enginePlan</c>), and what MongoDB's words for it are. A small table is
/// cheapest read whole, so that is discouraged here: what an index can serve is shown as that.
/// </summary>
internal sealed partial class ExplainCommand(NpgsqlDataSource dataSource)
{
    private const string Find =
        "EXPLAIN (FORMAT JSON) SELECT document FROM documentdb_api_catalog.bson_aggregation_find($1, $2::bytea::documentdb_core.bson)";

    public void Register(Dictionary<string, CommandDefinition> commands) =>
        commands["explain"] = new CommandDefinition(ExplainAsync, Access.Read);

    private async ValueTask ExplainAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (!context.Request.Document["explain"].IsBsonDocument || context.Request.Document["explain"].AsBsonDocument is not { } asked
            || asked.GetElement(0).Name != "find")
            throw new CommandFailure(ErrorCode.BadValue, "explain is understood of find alone");
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var setting = new NpgsqlCommand("SET LOCAL enable_seqscan = off", connection, transaction))
            await setting.ExecuteNonQueryAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Find, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = context.Request.Database });
        command.Parameters.Add(EngineCall.Bytes(asked.ToBson()));
        var text = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        var stages = new List<BsonDocument>();
        using (var plan = JsonDocument.Parse(text))
            foreach (var node in Nodes(plan.RootElement[0].GetProperty("Plan")))
                stages.Add(await StageAsync(connection, node, cancellationToken));
        context.Succeed(new BsonDocument
        {
            ["queryPlanner"] = new BsonDocument
            {
                ["namespace"] = $"{context.Request.Database}.{asked[0]}",
                ["winningPlan"] = new BsonDocument { ["stages"] = new BsonArray(stages) },
            },
            ["enginePlan"] = BsonSerializer.Deserialize<BsonArray>(text),
        });
    }

    private static IEnumerable<JsonElement> Nodes(JsonElement node)
    {
        yield return node;
        if (node.TryGetProperty("Plans", out var children))
            foreach (var child in children.EnumerateArray())
                foreach (var below in Nodes(child))
                    yield return below;
    }

    /// <summary>A step of the plan in MongoDB's words.</summary>
    private static async Task<BsonDocument> StageAsync(NpgsqlConnection connection, JsonElement node, CancellationToken cancellationToken)
    {
        var type = node.GetProperty("Node Type").GetString()!;
        var index = node.TryGetProperty("Index Name", out var name) ? name.GetString() : null;
        var stage = new BsonDocument("stage", index is not null ? "IXSCAN" : type switch
        {
            "Seq Scan" => "COLLSCAN",
            "Sort" or "Incremental Sort" => "SORT",
            "Limit" => "LIMIT",
            _ => type,
        });
        if (index is not null)
            stage["indexName"] = await IndexNameAsync(connection, index, cancellationToken);
        foreach (var (own, theirs) in new[] { ("indexBounds", "Index Cond"), ("filter", "Filter"), ("direction", "Scan Direction") })
            if (node.TryGetProperty(theirs, out var value))
                stage[own] = value.GetString();
        return stage;
    }

    /// <summary>The engine calls an index by its number.</summary>
    private static async Task<string> IndexNameAsync(NpgsqlConnection connection, string index, CancellationToken cancellationToken)
    {
        if (Numbered().Match(index) is not { Success: true } numbered)
            return index == "_id_" || index.StartsWith("collection_pk_", StringComparison.Ordinal) ? "_id_" : index;
        await using var command = new NpgsqlCommand(
            "SELECT (index_spec).index_name FROM documentdb_api_catalog.collection_indexes WHERE index_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = int.Parse(numbered.Groups[1].Value, null) });
        return (string?)await command.ExecuteScalarAsync(cancellationToken) ?? index;
    }

    [GeneratedRegex(@"_index_(\d+)$")]
    private static partial Regex Numbered();
}
