using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.AppHost.Hosting;

internal static class LedgerCommandExtensions
{
    internal const string CheckInvariants = "check-invariants";

    private const string Client = "ledger-check";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>Adds the button that adds up the whole ledger now and recomputes every chain from its first block.</summary>
    internal static IResourceBuilder<ProjectResource> WithLedgerCommands(this IResourceBuilder<ProjectResource> api)
    {
        if (api.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return api;

        var turn = new OneAtATime();
        api.ApplicationBuilder.Services.AddHttpClient(
            Client, http => http.Timeout = Timeout).AddHttpMessageHandler(() => new ExclusiveHandler(turn));
        return api.WithHttpCommand("/ledger/check", "Check invariants", endpointName: "management", commandName: CheckInvariants,
            commandOptions: new HttpCommandOptions
            {
                Description = "Adds up the whole ledger, and recomputes every hash chain from its first block.",
                IconName = "ClipboardCheckmark",
                IsHighlighted = true,
                HttpClientName = Client,
                GetCommandResult = ReadAsync,
                UpdateState = CommandExtensions.WhenRunning,
            });
    }

    private static async Task<ExecuteCommandResult> ReadAsync(HttpCommandResultContext context)
    {
        if (context.Response.StatusCode == HttpStatusCode.Conflict)
            return CommandResults.Failure("'Check invariants' is under way already.");
        if (!context.Response.IsSuccessStatusCode)
            return CommandResults.Failure($"The API answered {(int)context.Response.StatusCode}.");

        var document = await context.Response.Content.ReadFromJsonAsync<JsonNode>(context.CancellationToken);
        var (violations, broken) = ((int)document!["violations"]!, (int)document["broken_chains"]!);
        return violations == 0 && broken == 0
            ? CommandResults.Success("The ledger adds up, and every chain is unbroken.", document.ToJsonString(), CommandResultFormat.Json)
            : CommandResults.Failure($"{violations} statements about the ledger do not hold, {broken} chains are broken.",
                document.ToJsonString(), CommandResultFormat.Json);
    }

    /// <summary>Answers 409 itself while another check is under way.</summary>
    private sealed class ExclusiveHandler(OneAtATime turn) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var taken = turn.TryTake();
            return taken is null ? new HttpResponseMessage(HttpStatusCode.Conflict) : await base.SendAsync(request, cancellationToken);
        }
    }
}
