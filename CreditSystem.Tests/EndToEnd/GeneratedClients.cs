namespace CreditSystem.Tests.EndToEnd;

/// <summary>
/// Clients that generators make of the committed document with their default options, each compiled once, one after the other: they share a
/// folder and its tools.
/// </summary>
internal static class GeneratedClients
{
    private static readonly SemaphoreSlim Turn = new(1);

    public static Lazy<Task> TypeScript { get; } = Once(async () =>
    {
        Succeeded(await ClientTools.NodeAsync(
            ["node_modules/openapi-typescript/bin/cli.js", ClientTools.Document, "--output", "openapi-typescript/api.ts"]));
        Succeeded(await ClientTools.NodeAsync(
            ["node_modules/@hey-api/openapi-ts/bin/run.js", "--input", ClientTools.Document, "--output", "hey-api/client"]));
        Assert.Equal("", await ClientTools.NodeAsync(["node_modules/typescript/bin/tsc", "--project", "tsconfig.json"]));
    });

    public static IReadOnlyDictionary<string, Lazy<Task>> CSharp { get; } = new Dictionary<string, Lazy<Task>>
    {
        ["nswag"] = Once(() => BuildAsync(
            "nswag", "nswag", "openapi2csclient", $"/input:{ClientTools.Document}", "/output:nswag/Client.cs")),
        ["kiota"] = Once(() => BuildAsync(
            "kiota", "kiota", "generate", "--language", "CSharp", "--openapi", ClientTools.Document, "--output", "kiota/Client",
            "--log-level", "Error")),
    };

    private static async Task BuildAsync(string project, params string[] generate)
    {
        Succeeded(await ClientTools.DotnetAsync(["tool", "restore"]));
        Succeeded(await ClientTools.DotnetAsync(generate));
        Succeeded(await ClientTools.DotnetAsync(["build", project, "--nologo", "-clp:ErrorsOnly", "--output", $"built/{project}"]));
    }

    private static Lazy<Task> Once(Func<Task> make) => new(async () =>
    {
        await Turn.WaitAsync();
        try
        {
            await make();
        }
        finally
        {
            Turn.Release();
        }
    });

    private static void Succeeded(string output) => Assert.DoesNotContain("(exit code", output, StringComparison.Ordinal);
}
