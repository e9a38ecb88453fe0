using System.Net.Http.Headers;
using System.Text;
using CreditSystem.Identity;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>Walks the endpoints of the running application, so that one that is added later is tested too.</summary>
[Collection(WholeApi.Collection)]
public sealed class BadBodyTests(WholeApi api)
{
    private static readonly byte[] NotUtf8 = [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D];

    [Fact]
    public async Task Each_write_endpoint_answers_400_to_a_bad_body()
    {
        var client = api.Host.ClientOf(Role.Owner, (await api.Host.OpenTenantAsync()).Tenant);
        var endpoints = Endpoints().ToList();
        var wrong = new List<string>();
        foreach (var endpoint in endpoints)
            // Where the body may be left out, none at all is a good one.
            foreach (var body in BadBodies().Where(body => body.Length > 0 || endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.IsOptional != true))
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, Path(endpoint)) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                if ((int)response.StatusCode != 400 || response.Content.Headers.ContentType?.MediaType != "application/problem+json")
                    wrong.Add($"{endpoint.RoutePattern.RawText} answers {(int)response.StatusCode} to {Encoding.Latin1.GetString(body)[..Math.Min(body.Length, 40)]}");
            }

        Assert.True(endpoints.Count >= 15, $"only {endpoints.Count} endpoints");
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Each_write_endpoint_answers_415_to_another_content_type()
    {
        var client = api.Host.ClientOf(Role.Owner, (await api.Host.OpenTenantAsync()).Tenant);
        var wrong = new List<string>();
        foreach (var endpoint in Endpoints())
            foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, Path(endpoint)) { Content = new StringContent("{}") };
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                if ((int)response.StatusCode != 415)
                    wrong.Add($"{endpoint.RoutePattern.RawText} answers {(int)response.StatusCode} to {type}");
            }

        Assert.Empty(wrong);
    }

    /// <summary>What takes JSON by POST. A webhook of others is signed, and its signature is looked at before its body.</summary>
    private IEnumerable<RouteEndpoint> Endpoints() => api.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("POST") == true
            && endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes.Contains("application/json") == true
            && endpoint.RoutePattern.RawText?.Contains("/webhooks/", StringComparison.Ordinal) == false);

    private static string Path(RouteEndpoint endpoint) => endpoint.RoutePattern.Parameters.Aggregate(
        "/" + endpoint.RoutePattern.RawText!.TrimStart('/'), (path, parameter) => path.Replace($"{{{parameter.Name}}}", Guid.NewGuid().ToString(), StringComparison.Ordinal));

    private static IEnumerable<byte[]> BadBodies()
    {
        foreach (var text in new[]
        {
            "", " ", "null", "[]", "1", "\"x\"", "true", "{", "{}{}", "{},", "{\"no_such_member\":1}", "{\"a\":", "{'a':1}", "// x\n{}", "{\"\\ud800\":1}", "\uFEFFx",
            "{\"a\":" + new string('[', 100) + new string(']', 100) + "}",
        })
            yield return Encoding.UTF8.GetBytes(text);
        yield return NotUtf8;
    }
}
