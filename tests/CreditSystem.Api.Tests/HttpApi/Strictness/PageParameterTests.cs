using System.Text.RegularExpressions;
using CreditSystem.Identity;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi.Strictness;

/// <summary>Cursors and numbers of query strings, in every operation that has one.</summary>
[Collection(WholeApi.Collection)]
public sealed partial class PageParameterTests(WholeApi api)
{
    [Fact]
    public async Task Every_list_refuses_the_cursor_of_another()
    {
        var client = await OwnerAsync();
        var alice = await client.OpenFundedAsync("alice", 10);
        await client.OpenFundedAsync("bob", 10);
        var given = new List<(string List, string Cursor)>();
        foreach (var list in Operations("cursor"))
            if ((string?)(await client.ReadAsync($"{PathOf(list, alice)}?limit=1")).Body["next_cursor"] is { } cursor)
                given.Add((list.Path, cursor));
        var (wrong, asked) = (new List<string>(), 0);

        foreach (var list in Operations("cursor"))
            foreach (var (from, cursor) in given.Where(one => one.List != list.Path))
            {
                asked++;
                var answer = await client.ReadAsync($"{PathOf(list, alice)}?limit=1&cursor={cursor}");
                if ((answer.Status, answer.Code) != (400, "invalid_cursor"))
                    wrong.Add($"{list.Name} with one of {from}: {answer.Status}");
            }

        Assert.Empty(wrong);
        Assert.True(asked > 20, $"only {asked}");
    }

    [Fact]
    public async Task Every_number_is_written_in_digits()
    {
        var (client, wrong, asked) = (await OwnerAsync(), new List<string>(), 0);
        foreach (var operation in api.Operations.Where(operation => operation.Method == "GET"))
            foreach (var number in operation.Parameters.Where(IsNumber))
                foreach (var value in new[] { "%2B1", "%201", "+1", "1%20", "", "1.0", "0x1", "1e1", "%D9%A1" })
                {
                    asked++;
                    var answer = await client.ReadAsync($"{PathOf(operation, Guid.NewGuid().ToString())}?{number["name"]}={value}");
                    if ((answer.Status, answer.Code) != (400, "malformed"))
                        wrong.Add($"{operation.Name}?{number["name"]}={value}: {answer.Status}");
                }

        Assert.Empty(wrong);
        Assert.True(asked > 80, $"only {asked}");
    }

    [Fact]
    public async Task Every_write_without_a_body_refuses_members()
    {
        var (client, wrong, asked) = (await OwnerAsync(), new List<string>(), 0);
        // What Stripe sends is read as it is signed, by a body that the document does not have.
        foreach (var operation in api.Operations.Where(one => one.Method is not "GET" && one.Node["requestBody"] is null
            && one.Path != "/v1/webhooks/stripe"))
        {
            asked++;
            using var request = new HttpRequestMessage(new HttpMethod(operation.Method), PathOf(operation, Guid.NewGuid().ToString()));
            request.Content = new StringContent("""{"no_such":1}""", System.Text.Encoding.UTF8, "application/json");
            var answer = await Answer.OfAsync(await client.SendAsync(request, TestContext.Current.CancellationToken));
            if (answer.Status != 400 || answer.Code != "malformed")
                wrong.Add($"{operation.Name}: {answer.Status} {answer.Text}");
        }

        Assert.Empty(wrong);
        Assert.True(asked > 5, $"only {asked}");
    }

    private IEnumerable<ApiOperation> Operations(string parameter) => api.Operations.Where(operation =>
        operation.Method == "GET" && operation.Parameters.Any(one => (string?)one["name"] == parameter));

    private static bool IsNumber(System.Text.Json.Nodes.JsonNode parameter) => (string?)parameter["in"] == "query"
        && parameter["schema"]?["type"]?.ToJsonString().Contains("integer", StringComparison.Ordinal) == true;

    private static string PathOf(ApiOperation operation, string id) => InBraces().Replace(operation.Path, id);

    private async Task<HttpClient> OwnerAsync() => api.Host.ClientOf(Role.Owner, (await api.Host.OpenTenantAsync()).Tenant);

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex InBraces();
}
