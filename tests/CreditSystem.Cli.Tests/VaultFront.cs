using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Cli.Tests;

/// <summary>A server in front of the development Vault, which answers some requests as another server would: a standby, OpenBao, one with TLS.</summary>
internal sealed class VaultFront : IAsyncDisposable
{
    private static readonly string[] Passed = ["X-Vault-Token", "X-Vault-Wrap-TTL"];

    private readonly WebApplication app;
    private readonly Uri? vault;
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });

    private VaultFront(WebApplication app, Uri? vault) => (this.app, this.vault) = (app, vault);

    public Uri Address => new(app.Urls.Single());

    /// <summary>Every request that has come, as <c>METHOD path</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public IEnumerable<string> Writes => Requests.Where(request => request.StartsWith("POST ", StringComparison.Ordinal) && !request.EndsWith("/capabilities-self", StringComparison.Ordinal));

    /// <summary>Answers in Vault's place; null leaves the request to Vault.</summary>
    public Func<HttpContext, (int Status, string Body)?> Instead { get; set; } = _ => null;

    /// <summary>What each answer of Vault's carries besides.</summary>
    public Action<HttpContext> Besides { get; set; } = _ => { };

    /// <param name="vault">Null for a server that answers by <see cref="Instead"/> alone.</param>
    /// <param name="certificate">Speaks TLS with it.</param>
    /// <param name="wantsClientCertificate">Lets nobody in without one.</param>
    public static async Task<VaultFront> StartAsync(VaultInstance? vault, X509Certificate2? certificate = null, bool wantsClientCertificate = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificate,
                    SslProtocols = SslProtocols.Tls13,
                    ClientCertificateMode = wantsClientCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate,
                    ClientCertificateValidation = (_, _, _) => true,
                });
            }
        }));
        builder.Logging.ClearProviders();
        var front = new VaultFront(builder.Build(), vault?.Address);
        front.app.Run(front.AnswerAsync);
        await front.app.StartAsync();
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
        if (Instead(context) is { } own)
        {
            context.Response.StatusCode = own.Status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(own.Body);
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(vault!, context.Request.GetEncodedPathAndQuery()));
        foreach (var name in Passed.Where(context.Request.Headers.ContainsKey))
            request.Headers.Add(name, context.Request.Headers[name].ToString());
        if (context.Request.Method == "POST")
            request.Content = new StreamContent(context.Request.Body);
        using var response = await client.SendAsync(request);
        context.Response.StatusCode = (int)response.StatusCode;
        Besides(context);
        await response.Content.CopyToAsync(context.Response.Body);
    }
}
