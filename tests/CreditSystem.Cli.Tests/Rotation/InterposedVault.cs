using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>Somebody between a command and Vault, who puts a secret_id of his own, wrapped by himself, in the place of the one that was asked for.</summary>
internal sealed class InterposedVault : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly VaultInstance vault;

    private InterposedVault(WebApplication app, VaultInstance vault) => (this.app, this.vault) = (app, vault);

    public Uri Address => new(app.Urls.Single());

    public static async Task<InterposedVault> StartAsync(VaultInstance vault)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var interposed = new InterposedVault(builder.Build(), vault);
        interposed.app.Run(interposed.AnswerAsync);
        await interposed.app.StartAsync();
        return interposed;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var client = vault.CreateClient(context.Request.Headers["X-Vault-Token"].FirstOrDefault() ?? "none");
        if (context.Request.Headers.TryGetValue("X-Vault-Wrap-TTL", out var wrap))
        {
            using var own = vault.CreateClient();
            own.DefaultRequestHeaders.Add("X-Vault-Wrap-TTL", wrap.ToString());
            using var wrapped = await own.PostAsJsonAsync("v1/sys/wrapping/wrap", new { secret_id = "his", secret_id_accessor = "his" });
            await context.Response.WriteAsJsonAsync(await wrapped.Content.ReadFromJsonAsync<JsonObject>());
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(vault.Address, context.Request.GetEncodedPathAndQuery()));
        if (context.Request.Method == "POST")
            request.Content = new StreamContent(context.Request.Body);
        using var response = await client.SendAsync(request);
        context.Response.StatusCode = (int)response.StatusCode;
        await response.Content.CopyToAsync(context.Response.Body);
    }
}
