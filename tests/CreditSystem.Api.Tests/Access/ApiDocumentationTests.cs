using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Access;

public sealed class ApiDocumentationTests : IAsyncLifetime
{
    private AccessHost host = null!;

    public async ValueTask InitializeAsync() => host = await AccessHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Describes_every_route_with_its_credentials_its_scope_and_its_problems()
    {
        var document = (await host.Client().ReadAsync("/openapi/v1.json")).Body;

        Assert.StartsWith("3.1", (string?)document["openapi"]);
        Assert.Equal(["bearer", "apiKey"], document["components"]!["securitySchemes"]!.AsObject().Select(scheme => scheme.Key));
        var scoped = document["paths"]!["/scoped"]!["get"]!;
        Assert.Equal(["bearer", "apiKey"], scoped["security"]!.AsArray().Select(requirement => requirement!.AsObject().Single().Key));
        Assert.Contains("accounts:read", (string?)scoped["description"]);
        Assert.NotNull(scoped["responses"]!["403"]!["content"]!["application/problem+json"]!["schema"]);
        var open = document["paths"]!["/open"]!["get"]!;
        Assert.Null(open["security"]);
        Assert.Null(open["responses"]!["401"]);
        Assert.NotNull(document["components"]!["schemas"]!["Problem"]!["properties"]!["code"]);
    }
}
