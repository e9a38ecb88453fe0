using System.Text.Json.Nodes;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>Every area of the API in one process, and the document that it serves of itself.</summary>
public sealed class WholeApi(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    /// <summary>Those that only ask it something share one.</summary>
    internal const string Collection = "The whole API";

    internal IdentityHost Host { get; private set; } = null!;

    internal JsonNode Document { get; private set; } = null!;

    /// <summary>The operations of the document.</summary>
    internal IEnumerable<ApiOperation> Operations =>
        from path in Document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Key is "get" or "post" or "put" or "patch" or "delete"
        select new ApiOperation(path.Key, operation.Key.ToUpperInvariant(), operation.Value!);

    public async ValueTask InitializeAsync()
    {
        Host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());
        var answer = await Host.Client().ReadAsync("/openapi/v1.json");
        Assert.True(answer.Status == 200, answer.Text);
        Document = answer.Body;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>The schema itself where the node refers to one.</summary>
    internal JsonNode Resolve(JsonNode schema)
    {
        while ((string?)schema["$ref"] is { } reference)
            schema = reference.Split('/').Skip(1).Aggregate(Document, (node, name) => node[name]!);
        return schema;
    }
}

[CollectionDefinition(WholeApi.Collection)]
public sealed class WholeApiCollection : ICollectionFixture<WholeApi>;

internal sealed record ApiOperation(string Path, string Method, JsonNode Node)
{
    public string Name => $"{Method} {Path}";

    public JsonNode? RequestSchema => Node["requestBody"]?["content"]?["application/json"]?["schema"];

    public IEnumerable<JsonNode> Parameters => Node["parameters"]?.AsArray().Select(parameter => parameter!) ?? [];
}
