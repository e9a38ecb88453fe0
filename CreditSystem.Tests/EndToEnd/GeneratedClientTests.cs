namespace CreditSystem.Tests.EndToEnd;

/// <summary>Every generated client compiles; no system is needed for that, so it does not wait for one.</summary>
public sealed class GeneratedClientBuildTests
{
    [Fact]
    public Task Those_of_openapi_typescript_and_Hey_API_compile_strictly() => GeneratedClients.TypeScript.Value;

    [Theory]
    [InlineData("nswag")]
    [InlineData("kiota")]
    public Task That_of_a_generator_for_CSharp_compiles(string project) => GeneratedClients.CSharp[project].Value;
}

/// <summary>
/// A program on each generated client opens accounts, moves, holds, gives and charges credits, pages, reads a statement and verifies a
/// webhook on the running system.
/// </summary>
[Collection(AppHostFixture.Collection)]
public sealed class GeneratedClientTests(AppHostFixture fixture)
{
    private const string Done = "the tour is done";

    [Fact]
    public async Task The_clients_of_openapi_typescript_and_Hey_API_do_the_tour()
    {
        await GeneratedClients.TypeScript.Value;

        WasDone(await ClientTools.NodeAsync(["built/openapi-typescript/tour.js"], await EnvironmentAsync("ts-fetch")));
        WasDone(await ClientTools.NodeAsync(["built/hey-api/tour.js"], await EnvironmentAsync("ts-hey-api")));
    }

    [Theory]
    [InlineData("nswag")]
    [InlineData("kiota")]
    public async Task The_client_of_a_generator_for_CSharp_does_the_tour(string project)
    {
        await GeneratedClients.CSharp[project].Value;

        WasDone(await ClientTools.DotnetAsync([$"built/{project}/{project}.dll"], await EnvironmentAsync($"cs-{project}")));
    }

    private static void WasDone(string output) => Assert.True(output == Done, output);

    private async Task<(string Name, string Value)[]> EnvironmentAsync(string tenant)
    {
        using var client = await fixture.CreateClientAsync("api");
        return [("API_URL", client.BaseAddress!.ToString().TrimEnd('/')), ("TENANT", $"{tenant}-{Guid.NewGuid():N}"[..24])];
    }
}
