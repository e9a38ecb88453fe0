using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.Api.Http;
using CreditSystem.Api.OpenApi;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Api.Tests.Payments.TopUps;
using CreditSystem.Api.Tests.Webhooks;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Contract;

/// <summary>
/// <c>docs/openapi.json</c> is what the API serves, and its examples are what the API answers. After a change:
/// <c>CREDIT_SYSTEM_WRITE_DOCS=1 dotnet run --project tests/CreditSystem.Api.Tests -- -class "*ContractDocumentTests"</c>.
/// </summary>
public sealed class ContractDocumentTests(MongoServer mongo, RedisServer redis)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static bool IsWriting => Environment.GetEnvironmentVariable("CREDIT_SYSTEM_WRITE_DOCS") == "1";

    private static string ExamplesFile => Repository.PathOf("CreditSystem.Api", "OpenApi", "examples.json");

    private static string DocumentFile => Repository.PathOf("docs", "openapi.json");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_committed_document_and_its_examples_are_what_the_API_serves_and_answers()
    {
        var recorded = await WalkAsync();
        if (IsWriting)
            await File.WriteAllTextAsync(ExamplesFile, recorded.ToJsonString(Readable) + "\n", Cancellation);
        var examples = JsonNode.Parse(await File.ReadAllTextAsync(ExamplesFile, Cancellation))!;
        foreach (var part in new[] { "operations", "problems", "webhooks" })
            Assert.Equal(Shapes(examples[part]!), Shapes(recorded[part]!).ToArray());

        var document = await DocumentAsync(examples);
        if (IsWriting)
            await File.WriteAllTextAsync(DocumentFile, document, Cancellation);
        Assert.Equal(await File.ReadAllTextAsync(DocumentFile, Cancellation), document);
    }

    [Fact]
    public void Every_operation_has_an_example_of_its_success_and_of_its_body()
    {
        var operations = PublishedContract.Current.Operations;
        var silent = operations.Where(operation => operation.Node["responses"]!.AsObject()
            .Where(response => response.Key[0] == '2')
            .Any(response => response.Value!["content"]?.AsObject().Any(media => media.Value!["example"] is null) == true)
            // Of an empty object there is nothing to show.
            || operation.Id is not "VoidHold" && operation.Node["requestBody"] is { } body && body["content"]!["application/json"]!["example"] is null);

        Assert.True(operations.Count > 50);
        Assert.Empty(silent.Select(operation => operation.Id));
    }

    [Fact]
    public void Every_example_is_one_of_its_schema()
    {
        var contract = PublishedContract.Current;
        var wrong = new List<string>();
        foreach (var operation in contract.Operations)
            foreach (var (status, response) in operation.Node["responses"]!.AsObject())
                foreach (var (type, media) in response!["content"]?.AsObject() ?? [])
                    foreach (var example in ExamplesOf(media!))
                        if (type.EndsWith("json", StringComparison.Ordinal) && !type.Contains("ndjson", StringComparison.Ordinal)
                            && contract.CheckBody(media!["schema"]!, example.ToJsonString()) is { } problem)
                            wrong.Add($"{operation.Id} {status}: {problem}");

        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Shapes(JsonNode part) =>
        part.AsObject().Select(member => $"{member.Key} {ExampleRecorder.ShapeOf(member.Value)}");

    private static IEnumerable<JsonNode> ExamplesOf(JsonNode media) =>
        (media["examples"]?.AsObject().Select(example => PublishedContract.Current.Document["components"]!["examples"]![example.Key]!["value"]!) ?? []).Concat(media["example"] is { } one ? [one] : []);

    private async Task<JsonObject> WalkAsync()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var host = await ProviderHost.StartAsync(
            mongo, redis, configuration => configuration["Webhooks:AllowPrivateAddresses"] = "true");
        var served = await host.Api.Client().ReadAsync("/openapi/v1.json");
        Assert.True(served.Status == 200, served.Text);
        var recorder = new ExampleRecorder(new PublishedContract(served.Body));
        var tour = new ExampleTour(host, recorder);
        tour.Tell(receiver);
        await tour.WalkAsync();
        await BreakAsync(recorder, host.Api);
        return recorder.Recorded();
    }

    /// <summary>What any route can answer when something is wrong that no caller can bring about.</summary>
    private static async Task BreakAsync(ExampleRecorder recorder, IdentityHost api)
    {
        await using var limited = await IdentityHost.StartReplicaAsync(
            api, configuration: new() { ["RateLimits:Enabled"] = "true", ["RateLimits:Address:Requests"] = "1" });
        for (var i = 0; i < 2; i++)
            await recorder.SendAsync(limited.Client(address: "192.0.2.77"), "GET", "/openapi/v1.json");
        await using var broken = await LedgerHost.StartAsync(new InMemoryBlockStore(), map: app =>
        {
            app.MapGet("/broken", string () => throw new InvalidOperationException("a bug"));
            app.MapGet("/unavailable", string () => throw new TimeoutException("no database"));
            app.MapGet("/busy", () => LedgerProblems.InFlight());
        });
        foreach (var path in new[] { "/broken", "/unavailable", "/busy" })
            await recorder.SendAsync(broken.Client(), "GET", path);
    }

    private async Task<string> DocumentAsync(JsonNode examples)
    {
        await using var host = await IdentityHost.StartAsync(
            mongo, await redis.GetConnectionStringAsync(), configure: services => services.AddSingleton(new RecordedExamples(examples)));
        var served = await host.Client().ReadAsync("/openapi/v1.json");
        Assert.True(served.Status == 200, served.Text);
        return served.Body.ToJsonString(Readable) + "\n";
    }
}
