using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Contract;

/// <summary>Asks the API and keeps, by operation, what was asked and answered first.</summary>
internal sealed class ExampleRecorder(PublishedContract contract)
{
    private const int MaxItems = 2;

    /// <summary>Members that are credentials: the beginning is enough to show what they look like.</summary>
    private static readonly HashSet<string> Secrets = ["access_token", "refresh_token", "key", "secret", "client_secret"];

    private readonly JsonObject operations = [];
    private readonly JsonObject problems = [];
    private readonly JsonObject webhooks = [];

    /// <summary>What <c>examples.json</c> holds.</summary>
    public JsonObject Recorded() => new()
    {
        ["operations"] = Sorted(operations),
        ["problems"] = Sorted(problems),
        ["webhooks"] = Sorted(webhooks),
    };

    /// <summary>Sends a request under a new Idempotency-Key, or the one that is given, and keeps it with its answer.</summary>
    public async Task<Answer> SendAsync(HttpClient client, string method, string path, object? body = null, string? key = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is string text)
            request.Content = new StringContent(text, Encoding.UTF8, type);
        else if (body is not null)
            request.Content = JsonContent.Create(body);
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        var sent = body is null or string ? null : JsonNode.Parse(await request.Content!.ReadAsStringAsync());
        var answer = await Answer.OfAsync(await client.SendAsync(request, TestContext.Current.CancellationToken));
        Keep(contract.Find(method, path.Split('?')[0]), sent, answer);
        return answer;
    }

    /// <summary>The same where nothing but success is of use.</summary>
    public async Task<JsonNode> DoneAsync(HttpClient client, string method, string path, object? body = null)
    {
        var answer = await SendAsync(client, method, path, body);
        Assert.True(answer.Status is >= 200 and < 300, $"{method} {path}: {answer.Status} {answer.Text}");
        return answer.Text.StartsWith('{') && answer.Response.Content.Headers.ContentType?.MediaType == "application/json" ? answer.Body : new JsonObject();
    }

    public void KeepWebhook(string body)
    {
        var message = JsonNode.Parse(body)!;
        var type = (string)message["type"]!;
        // They come in any order: the one with the most members is the example.
        if (webhooks[type] is not { } kept || Members(message) > Members(kept))
            webhooks[type] = message;
    }

    private void Keep(PublishedContract.Operation? operation, JsonNode? sent, Answer answer)
    {
        var media = answer.Response.Content.Headers.ContentType?.MediaType;
        if (media == "application/problem+json")
        {
            problems.TryAdd(answer.Code!, answer.Body);
            if (operation is not null && EntryOf(operation)["problems"] is JsonArray seen && seen.All(code => (string?)code != answer.Code))
                seen.Add(answer.Code);
            return;
        }

        if (operation is null || EntryOf(operation) is not { } entry || entry["responses"]!.AsObject().Count > 0)
            return;
        if (sent is not null)
            entry["request"] = Shown(sent);
        if (answer.Response.Headers.Location is not null)
            entry["location"] = true;
        entry["responses"]![answer.Status.ToString(CultureInfo.InvariantCulture)] = media == "application/json"
            ? Shown(answer.Body)
            : JsonValue.Create(string.Concat(answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(MaxItems + 2).Select(line => line + "\n")));
    }

    private JsonObject EntryOf(PublishedContract.Operation operation)
    {
        if (operations[operation.Id] is not JsonObject entry)
            operations[operation.Id] = entry = new JsonObject { ["responses"] = new JsonObject(), ["problems"] = new JsonArray() };
        return entry;
    }

    /// <summary>Long lists cut, and credentials as far as they may be seen.</summary>
    private static JsonNode Shown(JsonNode node, string name = "")
    {
        switch (node)
        {
            case JsonObject members:
                return new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, member.Value is null ? null : Shown(member.Value, member.Key))));
            case JsonArray items:
                return new JsonArray([.. items.OfType<JsonNode>().Take(name is "scopes" or "types" or "checks" or "modules" ? items.Count : MaxItems).Select(item => Shown(item))]);
            case JsonValue value when Secrets.Contains(name) && value.TryGetValue(out string? text) && text.Length > 16:
                return JsonValue.Create(text[..12] + "…");
            default:
                return node.DeepClone();
        }
    }

    private static JsonObject Sorted(JsonObject members) =>
        new(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    /// <summary>What two recordings have in common where nothing has changed: members and their types, not ids and times.</summary>
    public static string ShapeOf(JsonNode? node) => node switch
    {
        JsonObject members => "{" + string.Join(",", members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}:{ShapeOf(member.Value)}")) + "}",
        JsonArray items => "[" + string.Join("|", items.Select(ShapeOf).Distinct().Order(StringComparer.Ordinal)) + "]",
        _ => node?.GetValueKind().ToString() ?? "nothing",
    };

    private static int Members(JsonNode message) => message.ToJsonString().Count(letter => letter == ':');
}
