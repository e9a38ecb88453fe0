using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.AppHost.Hosting;

internal static class LedgerCommandExtensions
{
    internal const string CheckInvariants = "check-invariants";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Adds the button that adds up the whole ledger now and recomputes every chain from its first block.</summary>
    internal static void AddLedgerCommands(this IResourceBuilder<ProjectResource> api)
    {
        if (api.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return;

        var management = api.GetEndpoint("management");
        api.WithCommand(CheckInvariants, "Check invariants", context => CheckAsync(management, context), new CommandOptions
        {
            Description = "Adds up the whole ledger, and recomputes every hash chain from its first block.",
            IconName = "ClipboardCheckmark",
            IsHighlighted = true,
            UpdateState = context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
        });
    }

    private static async Task<ExecuteCommandResult> CheckAsync(EndpointReference management, ExecuteCommandContext context)
    {
        using var http = new HttpClient { Timeout = Patience };
        using var answer = await http.PostAsync($"{management.Url}/ledger/check", null, context.CancellationToken);
        if (!answer.IsSuccessStatusCode)
            return CommandResults.Failure($"The API answered {(int)answer.StatusCode}.");

        var result = await answer.Content.ReadFromJsonAsync<JsonNode>(context.CancellationToken);
        var (violations, broken) = ((int)result!["violations"]!, (int)result["broken_chains"]!);
        return violations == 0 && broken == 0
            ? CommandResults.Success("The ledger adds up, and every chain is unbroken.")
            : CommandResults.Failure($"{violations} statements about the ledger do not hold, {broken} chains are broken.");
    }
}
