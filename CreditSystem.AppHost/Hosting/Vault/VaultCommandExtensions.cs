using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.AppHost.Hosting.Vault;

/// <summary>Buttons that take Vault away and bring it back, as an operator or a restart would.</summary>
internal static partial class VaultCommandExtensions
{
    internal const string Seal = "seal";
    internal const string Unseal = "unseal";

    private const string Client = "vault-commands";
    private const string Control = "control";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <param name="server">What Vault runs as: the container, or the process in its place.</param>
    /// <param name="vault">The Vault itself, which knows its root token.</param>
    internal static IResourceBuilder<IResourceWithEndpoints> WithVaultCommands(this IResourceBuilder<IResourceWithEndpoints> server,
        IResourceBuilder<VaultResource> vault)
    {
        if (vault.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return server;

        vault.ApplicationBuilder.Services.AddHttpClient(Client, http => http.Timeout = Timeout);
        var control = server is IResourceBuilder<ProjectResource> process ? process.WithControlEndpoint() : null;
        // Both wait until what they did is seen: a seal in between would let the unseal before it wait for what never comes.
        var order = new SemaphoreSlim(1);
        return server
            .WithExclusiveCommand(Seal, "Seal", InTurn(context => SealAsync(server.Resource, vault.Resource, context)), new CommandOptions
            {
                Description =
                    "Takes Vault's keys out of memory: from now on it answers nothing. The services go on with the secrets they have.",
                ConfirmationMessage = "Seal Vault? Nothing can be read from it until it is unsealed.",
                IconName = "LockClosed",
                UpdateState = context => Where(context, sealedNow: false),
            })
            .WithExclusiveCommand(Unseal, "Unseal", InTurn(context => UnsealAsync(server.Resource, vault.Resource, control, context)),
                new CommandOptions
                {
                    Description = "Gives Vault its unseal key.",
                    IconName = "LockOpen",
                    UpdateState = context => Where(context, sealedNow: true),
                });

        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> InTurn(
            Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeAsync) => async context =>
        {
            await order.WaitAsync(context.CancellationToken);
            try
            {
                return await executeAsync(context);
            }
            finally
            {
                order.Release();
            }
        };
    }

    /// <summary>Where the development server is told what Vault's API has no words for, such as its unseal key.</summary>
    private static EndpointReference WithControlEndpoint(this IResourceBuilder<ProjectResource> process)
    {
        var control = process.WithHttpEndpoint(name: Control)
            .WithEndpoint(Control, endpoint => endpoint.ExcludeReferenceEndpoint = true)
            .WithUrlForEndpoint(
                Control, url => (url.DisplayText, url.DisplayLocation) = ("Fault injection", UrlDisplayLocation.DetailsOnly))
            .GetEndpoint(Control);
        process.WithEnvironment("VAULT_DEV_CONTROL_ADDRESS", $"127.0.0.1:{control.Property(EndpointProperty.TargetPort)}");
        return control;
    }

    private static ResourceCommandState Where(UpdateCommandStateContext context, bool sealedNow) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
        && (context.ResourceSnapshot.HealthStatus == HealthStatus.Unhealthy) == sealedNow
            ? ResourceCommandState.Enabled
            : ResourceCommandState.Disabled;

    private static async Task<ExecuteCommandResult> SealAsync(IResource server, VaultResource vault, ExecuteCommandContext context)
    {
        using var http = context.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{vault.PrimaryEndpoint.Url}/v1/sys/seal");
        request.Headers.Add("X-Vault-Token", await vault.RootToken!.GetValueAsync(context.CancellationToken));
        using var answer = await http.SendAsync(request, context.CancellationToken);
        return answer.IsSuccessStatusCode
            ? await context.SeenAsync(server, HealthStatus.Unhealthy, "Vault is sealed.")
            : CommandResults.Failure($"Vault answered {(int)answer.StatusCode}.");
    }

    private static async Task<ExecuteCommandResult> UnsealAsync(IResource server, VaultResource vault, EndpointReference? control,
        ExecuteCommandContext context)
    {
        using var http = context.CreateClient();
        if (await FindKeyAsync(http, server, control, context) is not { } key)
            return CommandResults.Failure("The unseal key is nowhere to be found: restart Vault instead.");

        using var answer = await http.PutAsJsonAsync($"{vault.PrimaryEndpoint.Url}/v1/sys/unseal", new { key }, context.CancellationToken);
        return answer.IsSuccessStatusCode
            ? await context.SeenAsync(server, HealthStatus.Healthy, "Vault is unsealed.")
            : CommandResults.Failure($"Vault answered {(int)answer.StatusCode}.");
    }

    /// <summary>Success, as soon as the dashboard shows it too and offers the opposite.</summary>
    private static async Task<ExecuteCommandResult> SeenAsync(this ExecuteCommandContext context, IResource server, HealthStatus expected,
        string message)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            await context.Services.GetRequiredService<ResourceNotificationService>()
                .WaitForResourceAsync(server.Name, change => change.Snapshot.HealthStatus == expected, limit.Token);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            // It is done all the same.
        }

        return CommandResults.Success(message);
    }

    private static HttpClient CreateClient(this ExecuteCommandContext context) =>
        context.Services.GetRequiredService<IHttpClientFactory>().CreateClient(Client);

    /// <summary>The development server tells it at its control address; HashiCorp's prints it when it starts in development mode.</summary>
    private static async Task<string?> FindKeyAsync(HttpClient http, IResource server, EndpointReference? control,
        ExecuteCommandContext context)
    {
        try
        {
            if (control is not null
                && await http.GetFromJsonAsync<JsonNode>($"{control.Url}/unseal-key", context.CancellationToken) is { } answer)
                return (string?)answer["key"];
        }
        catch (HttpRequestException)
        {
            // A vault on PATH runs in its place, which has no such address.
        }

        string? key = null;
        await foreach (var lines in context.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(server))
            key = lines.Select(line => UnsealKey().Match(line.Content)).LastOrDefault(match => match.Success)?.Groups["key"].Value ?? key;
        return key;
    }

    [GeneratedRegex(@"Unseal Key: (?<key>\S+)")]
    private static partial Regex UnsealKey();
}
