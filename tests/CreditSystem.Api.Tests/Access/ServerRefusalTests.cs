using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CreditSystem.Api.Hardening;
using CreditSystem.Api.Problems;
using CreditSystem.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace CreditSystem.Api.Tests.Access;

/// <summary>What the server itself answers, which the other tests do without.</summary>
public sealed class ServerRefusalTests
{
    [Fact]
    public async Task The_server_names_itself_nowhere_and_ends_what_is_too_large_or_no_http()
    {
        await using var host = await KestrelHost.StartAsync();

        var good = await host.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        var garbage = await host.SendAsync("NONSENSE\r\n\r\n");
        var headers = await host.SendAsync($"GET / HTTP/1.1\r\nHost: x\r\nX-Long: {new string('x', 64 * 1024)}\r\nConnection: close\r\n\r\n");
        var body = await host.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {64 * 1024 * 1024}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", good);
        Assert.StartsWith("HTTP/1.1 400", garbage);
        Assert.StartsWith("HTTP/1.1 431", headers);
        Assert.StartsWith("HTTP/1.1 413", body);
        foreach (var answer in new[] { good, garbage, headers, body })
            Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The server has no place to say a body where there is no request yet.</summary>
    [Theory]
    [InlineData("http", "NONSENSE\r\n\r\n", 400, "malformed")]
    [InlineData("http", "GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long")]
    [InlineData("http", "GET / HTTP/1.1\r\nHost: x\r\nX-Long: {long}{long}{long}{long}\r\n\r\n", 431, "headers_too_large")]
    [InlineData("https", "NONSENSE\r\n\r\n", 400, "malformed")]
    [InlineData("https", "GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long")]
    [InlineData("https", "GET / HTTP/1.1\r\nHost: x\r\nX-Long: {long}{long}{long}{long}\r\n\r\n", 431, "headers_too_large")]
    public async Task What_the_server_itself_refuses_is_a_problem_with_a_body(string scheme, string request, int status, string code)
    {
        await using var host = await KestrelHost.StartAsync(scheme: scheme);

        AssertProblem(await host.SendAsync(request.Replace("{long}", new string('x', 10_000), StringComparison.Ordinal)), status, code);
    }

    /// <summary>The first the server refuses by itself; in the others the application waits for the rest of a body.</summary>
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    public async Task What_does_not_arrive_in_time_is_answered_408_with_a_body(string part)
    {
        await using var host = await KestrelHost.StartAsync(limits =>
        {
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
            limits.MinRequestBodyDataRate = new(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(1.5));
        });

        AssertProblem(await host.SendAsync(part), 408, "request_timeout");
    }

    private static void AssertProblem(string answer, int status, string code)
    {
        var (head, body) = (answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)], answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.StartsWith($"HTTP/1.1 {status} ", head);
        Assert.Contains("Content-Type: application/problem+json", head, StringComparison.Ordinal);
        if (head.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal))
            body = body.Split("\r\n")[1];
        else
            Assert.Contains($"Content-Length: {body.Length}\r\n", head, StringComparison.Ordinal);
        var problem = System.Text.Json.Nodes.JsonNode.Parse(body)!;
        Assert.Equal((status, code), ((int)problem["status"]!, (string?)problem["code"]));
    }

    /// <summary>The server of the API with its limits, and one route that reads the whole body.</summary>
    private sealed class KestrelHost(WebApplication app, TestAuthority authority) : IAsyncDisposable
    {
        public static async Task<KestrelHost> StartAsync(Action<KestrelServerLimits>? limit = null, string scheme = "http")
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Configuration.AddInMemoryCollection([new("urls", $"{scheme}://127.0.0.1:0"), new("Logging:LogLevel:Default", "None")]);
            builder.AddProblems();
            builder.AddHardening();
            builder.WebHost.UseKestrelHttpsConfiguration();
            var authority = new TestAuthority("ca");
            var (certificate, key) = authority.Issue("localhost");
            var served = X509Certificate2.CreateFromPemFile(certificate, key);
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                limit?.Invoke(kestrel.Limits);
                kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = served);
            });
            var app = builder.Build();
            app.UseHardening();
            app.UseProblems();
            app.Map("/", async (HttpContext context) =>
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                return "good";
            });
            await app.StartAsync();
            return new KestrelHost(app, authority);
        }

        public async Task<string> SendAsync(string request)
        {
            using var client = new TcpClient();
            var address = new Uri(app.Urls.Single());
            await client.ConnectAsync(address.Host, address.Port);
            await using var stream = await OpenAsync(client, address);
            var answer = new StringBuilder();
            var buffer = new byte[4096];
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
                int read;
                while ((read = await stream.ReadAsync(buffer)) > 0)
                    answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
            catch (IOException)
            {
                // The server ends a connection whose request it does not read to the end.
            }
            return answer.ToString();
        }

        private async Task<Stream> OpenAsync(TcpClient client, Uri address)
        {
            if (address.Scheme != Uri.UriSchemeHttps)
                return client.GetStream();
            var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = authority.Policy });
            return tls;
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
            authority.Dispose();
        }
    }
}
