using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CreditSystem.Api.Binding;
using CreditSystem.Api.Http;
using CreditSystem.Api.Json;
using CreditSystem.Identity;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>What HTTP and its neighbours say, on every route.</summary>
[Collection(WholeApi.Collection)]
public sealed class HttpStandardTests(WholeApi api)
{
    private HttpClient Owner => api.Host.ClientOf(Role.Owner, "acme", "owner");

    [Fact]
    public async Task Every_route_that_answers_GET_answers_HEAD_alike()
    {
        var paths = api.Operations.Where(operation => operation.Method == "GET" && !operation.Path.Contains('{', StringComparison.Ordinal)).Select(operation => operation.Path)
            .Append("/openapi/v1.json").ToList();

        Assert.True(paths.Count > 10);
        foreach (var path in paths)
        {
            var (get, head) = (await SendAsync(HttpMethod.Get, path), await SendAsync(HttpMethod.Head, path));
            Assert.Equal((path, get.StatusCode, get.Content.Headers.ContentType), (path, head.StatusCode, head.Content.Headers.ContentType));
        }
    }

    [Fact]
    public async Task Says_405_with_Allow_to_whoever_asks_and_nothing_of_what_is_on_the_management_port()
    {
        foreach (var client in new[] { api.Host.Client(), Owner })
        {
            var answer = await Answer.OfAsync(await client.DeleteAsync("/v1/auth/login", TestContext.Current.CancellationToken));
            Assert.Equal((405, "method_not_allowed"), (answer.Status, answer.Code));
            Assert.Equal(["POST"], answer.Response.Content.Headers.Allow);
            Assert.Equal(404, (int)(await client.DeleteAsync("/vault/status", TestContext.Current.CancellationToken)).StatusCode);
        }

        Assert.Equal(405, (int)(await api.Host.ManagementClient().DeleteAsync("/vault/status", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("application/json", "gzip", 415)]
    [InlineData("application/json", "identity", 201)]
    [InlineData("application/json; charset=utf-16", null, 415)]
    [InlineData("application/json; charset=\"UTF-8\"", null, 201)]
    [InlineData("text/plain", null, 415)]
    public async Task Reads_no_body_of_another_coding_or_charset(string type, string? coding, int status)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($"{{\"holder\":\"h-{Guid.NewGuid():N}\"}}"));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (coding is not null)
            content.Headers.ContentEncoding.Add(coding);

        var answer = await Owner.PostRawAsync("/v1/accounts", content, key: null);

        Assert.True(answer.Status == status, answer.Text);
        Assert.Equal(coding == "gzip", answer.Response.Headers.TryGetValues("Accept-Encoding", out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Takes_a_POST_without_a_body_with_or_without_a_content_type(string? type)
    {
        var account = await Owner.OpenFundedAsync($"h-{Guid.NewGuid():N}", 100);
        var hold = (string)(await Owner.PostAsync("/v1/holds", new { account, amount = 10 })).Body["id"]!;
        using var content = new ByteArrayContent([]);
        if (type is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        var voided = await Owner.PostRawAsync($"/v1/holds/{hold}/void", content, Guid.NewGuid().ToString());

        Assert.True(voided.Status == 200, voided.Text);
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z")]
    [InlineData("2026-01-31t12:00:00z", "2026-01-31T12:00:00.000Z")]
    [InlineData("2026-01-31T12:00:00.5+01:00", "2026-01-31T11:00:00.500Z")]
    [InlineData("2026-01-31T12:00:00.1234567891234Z", "2026-01-31T12:00:00.123Z")]
    [InlineData("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z")]
    [InlineData("2017-01-01T00:59:60.7+01:00", "2017-01-01T00:00:00.000Z")]
    public void Reads_every_time_of_RFC_3339(string text, string same)
    {
        Assert.True(Timestamp.TryParseExact(text, out var time));
        Assert.Equal(same, time.UtcDateTime.ToString(ResponseTimeConverter.Format, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00")]
    [InlineData("2026-01-31T12:00:00.Z")]
    [InlineData("2026-01-31 12:00:00Z")]
    [InlineData("2026-01-31T12:00Z")]
    [InlineData("2026-02-30T12:00:00Z")]
    [InlineData("2026-01-31T24:00:00Z")]
    [InlineData("2026-01-31T12:00:60Z")]
    [InlineData("2026-01-31T12:00:00+0100")]
    [InlineData("20260131T120000Z")]
    [InlineData("2026-01-31T12:00:00Z ")]
    public void Reads_no_other_time(string text) => Assert.False(Timestamp.TryParseExact(text, out _));

    [Theory]
    [InlineData("k-1", "k-1")]
    [InlineData("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")]
    [InlineData("\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\"")]
    [InlineData("\"k\";v=1", "\"k\"")]
    [InlineData("\"k\" ;v=1", "\"k\"")]
    [InlineData("\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"k", null)]
    [InlineData("\"k\\\"", null)]
    [InlineData("\"a\\b\"", null)]
    [InlineData("\"k\"k", null)]
    [InlineData("k\u00e9", null)]
    [InlineData("", null)]
    public void Reads_a_key_as_it_is_or_as_a_quoted_string(string value, string? key) => Assert.Equal(key, IdempotencyKey.Parse(value));

    [Fact]
    public async Task Says_where_to_find_what_was_made_and_answers_there_with_the_same_members()
    {
        var account = await Owner.PostAsync("/v1/accounts", new { holder = $"h-{Guid.NewGuid():N}" });
        var moved = await Owner.MoveAsync("issuance", (string)account.Body["id"]!, 100, kind: "purchase");
        var hold = await Owner.PostAsync("/v1/holds", new { account = (string)account.Body["id"]!, amount = 10 });
        var user = await Owner.PostAsync("/v1/users", new { email = $"{Guid.NewGuid():N}@example.org", username = $"u-{Guid.NewGuid():N}"[..20], password = "four horses and a cart" });

        foreach (var made in new[] { account, moved, hold, user })
        {
            var read = await Owner.ReadAsync(made.Response.Headers.Location!.OriginalString);
            Assert.Equal(HttpStatusCode.OK, read.Response.StatusCode);
            foreach (var (name, value) in made.Body.AsObject())
                Assert.Equal((name, value?.ToJsonString()), (name, read.Body[name]?.ToJsonString()));
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        return await Owner.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
