using CreditSystem.Testing;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>
/// Clients that generators make of the committed document with their default options: each is compiled, and a program of its own
/// opens accounts, moves, holds, gives and charges credits, pages, reads a statement and verifies a webhook on the running system.
/// </summary>
[Collection(AppHostFixture.Collection)]
public sealed class GeneratedClientTests(AppHostFixture fixture)
{
    private const string Done = "the tour is done";

    [Fact]
    public async Task The_clients_of_openapi_typescript_and_Hey_API_compile_strictly_and_do_the_tour()
    {
        Succeeded(await ClientTools.NodeAsync(
            ["node_modules/openapi-typescript/bin/cli.js", ClientTools.Document, "--output", "openapi-typescript/api.ts"]));
        Succeeded(await ClientTools.NodeAsync(
            ["node_modules/@hey-api/openapi-ts/bin/run.js", "--input", ClientTools.Document, "--output", "hey-api/client"]));
        Assert.Equal("", await ClientTools.NodeAsync(["node_modules/typescript/bin/tsc", "--project", "tsconfig.json"]));

        WasDone(await ClientTools.NodeAsync(["built/openapi-typescript/tour.js"], await EnvironmentAsync("ts-fetch")));
        WasDone(await ClientTools.NodeAsync(["built/hey-api/tour.js"], await EnvironmentAsync("ts-hey-api")));
    }

    [Theory]
    [InlineData("nswag", "nswag", "openapi2csclient", "/input:{document}", "/output:nswag/Client.cs")]
    [InlineData("kiota", "kiota", "generate", "--language", "CSharp", "--openapi", "{document}", "--output", "kiota/Client", "--log-level", "Error")]
    public async Task The_client_of_a_generator_for_CSharp_compiles_and_does_the_tour(string project, params string[] generate)
    {
        Succeeded(await ClientTools.DotnetAsync(["tool", "restore"]));
        Succeeded(await ClientTools.DotnetAsync([.. generate.Select(part => part.Replace("{document}", ClientTools.Document, StringComparison.Ordinal))]));
        Succeeded(await ClientTools.DotnetAsync(["build", project, "--nologo", "-clp:ErrorsOnly", "--output", $"built/{project}"]));

        WasDone(await ClientTools.DotnetAsync([$"built/{project}/{project}.dll"], await EnvironmentAsync($"cs-{project}")));
    }

    private static void WasDone(string output) => Assert.True(output == Done, output);

    private static void Succeeded(string output) => Assert.DoesNotContain("(exit code", output, StringComparison.Ordinal);

    private async Task<(string Name, string Value)[]> EnvironmentAsync(string tenant)
    {
        using var client = await fixture.CreateClientAsync("api");
        return [("API_URL", client.BaseAddress!.ToString().TrimEnd('/')), ("TENANT", $"{tenant}-{Guid.NewGuid():N}"[..24])];
    }
}
