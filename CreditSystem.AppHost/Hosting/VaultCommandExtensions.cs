using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.AppHost.Hosting;

/// <summary>Buttons that take Vault away and bring it back, as an operator or a restart would.</summary>
internal static partial class VaultCommandExtensions
{
    internal const string Seal = "seal";
    internal const string Unseal = "unseal";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="server">What Vault runs as: the container, or the process in its place.</param>
    /// <param name="vault">The Vault itself, which knows its root token.</param>
    internal static void AddVaultCommands(this IResourceBuilder<IResource> server, IResourceBuilder<VaultResource> vault)
    {
        if (vault.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return;

        EndpointReference? control = null;
        if (server is IResourceBuilder<ProjectResource> process)
        {
            // Where the development server is told what Vault's API has no words for, such as its unseal key.
            process.WithHttpEndpoint(name: "control").WithEndpoint("control", endpoint => endpoint.ExcludeReferenceEndpoint = true);
            control = process.GetEndpoint("control");
            process.WithEnvironment("VAULT_DEV_CONTROL_ADDRESS", $"127.0.0.1:{control.Property(EndpointProperty.TargetPort)}");
        }

        server
            .WithCommand(Seal, "Seal", context => SealAsync(vault.Resource, context), new CommandOptions
            {
                Description = "Takes Vault's keys out of memory: from now on it answers nothing. The services go on with the secrets they have.",
                ConfirmationMessage = "Seal Vault? Nothing can be read from it until it is unsealed.",
                IconName = "LockClosed",
                UpdateState = context => Where(context, sealedNow: false),
            })
            .WithCommand(Unseal, "Unseal", context => UnsealAsync(server.Resource, vault.Resource, control, context), new CommandOptions
            {
                Description = "Gives Vault its unseal key.",
                IconName = "LockOpen",
                UpdateState = context => Where(context, sealedNow: true),
            });
    }

    private static ResourceCommandState Where(UpdateCommandStateContext context, bool sealedNow) => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
        && (context.ResourceSnapshot.HealthStatus == HealthStatus.Unhealthy) == sealedNow ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    private static async Task<ExecuteCommandResult> SealAsync(VaultResource vault, ExecuteCommandContext context)
    {
        using var http = new HttpClient { BaseAddress = new Uri(vault.PrimaryEndpoint.Url), Timeout = Patience };
        http.DefaultRequestHeaders.Add("X-Vault-Token", await vault.RootToken!.GetValueAsync(context.CancellationToken));
        using var answer = await http.PutAsync("/v1/sys/seal", null, context.CancellationToken);
        return answer.IsSuccessStatusCode ? CommandResults.Success() : CommandResults.Failure($"Vault answered {(int)answer.StatusCode}.");
    }

    private static async Task<ExecuteCommandResult> UnsealAsync(IResource server, VaultResource vault, EndpointReference? control, ExecuteCommandContext context)
    {
        using var http = new HttpClient { Timeout = Patience };
        if (await FindKeyAsync(http, server, control, context) is not { } key)
            return CommandResults.Failure("The unseal key is nowhere to be found: restart Vault instead.");

        using var answer = await http.PutAsJsonAsync($"{vault.PrimaryEndpoint.Url}/v1/sys/unseal", new { key }, context.CancellationToken);
        return answer.IsSuccessStatusCode ? CommandResults.Success() : CommandResults.Failure($"Vault answered {(int)answer.StatusCode}.");
    }

    /// <summary>The development server tells it at its control address; HashiCorp's prints it when it starts in development mode.</summary>
    private static async Task<string?> FindKeyAsync(HttpClient http, IResource server, EndpointReference? control, ExecuteCommandContext context)
    {
        try
        {
            if (control is not null && await http.GetFromJsonAsync<JsonNode>($"{control.Url}/unseal-key", context.CancellationToken) is { } answer)
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
