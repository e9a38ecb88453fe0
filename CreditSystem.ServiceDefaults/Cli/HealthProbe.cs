using System.CommandLine;
using System.Diagnostics;
using System.Net.Security;
using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.ServiceDefaults.Http;

namespace CreditSystem.ServiceDefaults.Cli;

/// <summary><c>healthcheck [URL]</c>: asks the service in the same container whether it lives, so that the image needs no curl.</summary>
public static class HealthProbe
{
    public const string Name = "healthcheck";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <param name="defaultPort">Where the service listens when no variable says so.</param>
    public static Command Create(int defaultPort)
    {
        var url = new Argument<string?>("url")
        {
            Description = "What to ask; by default /alive of the service in this "
            + "container",
            Arity = ArgumentArity.ZeroOrOne
        };
        var wait = CliOption.Number("--wait-seconds", "How long to ask again until it is healthy", least: 0, most: 600, byDefault: 0);
        var command = new Command(Name, "Ask the service of this container whether it lives") { url, wait };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var text = parsed.GetValue(url) ?? FindOwnUrl(Environment.GetEnvironmentVariable, defaultPort);
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new CommandUsageException($"'{text}' is no address: http://<host>:<port>/<path>.");
            var complaint = await WaitAsync(address, TimeSpan.FromSeconds(parsed.GetValue(wait)), cancellationToken);
            return complaint is null ? CommandExitCodes.Done : throw new CommandException($"{address}: {complaint}.");
        });
        return command;
    }

    private static async Task<string?> WaitAsync(Uri address, TimeSpan wait, CancellationToken cancellationToken)
    {
        // The certificate names the service, not the loopback address that the probe uses.
        using var handler = new SocketsHttpHandler { UseProxy = !address.IsLoopback };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.None || address.IsLoopback;
        using var client = new HttpClient(handler) { Timeout = Timeout };
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await FindComplaintAsync(client, address, cancellationToken) is not { } complaint)
                return null;
            if (Stopwatch.GetElapsedTime(start) >= wait)
                return complaint;
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <returns>What is wrong with the answer; null when it is as expected.</returns>
    private static async Task<string?> FindComplaintAsync(HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(address, cancellationToken);
            var (status, reasons) = Read(await response.Content.ReadAsStringAsync(cancellationToken));
            if (response.IsSuccessStatusCode && status is null or "healthy")
                return null;
            return $"answers {(int)response.StatusCode}" + (status is null ? "" : $", {status}") + (
                reasons.Length == 0 ? "" : $": {reasons}");
        }
        catch (HttpRequestException failure)
        {
            return $"no answer ({failure.HttpRequestError})";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "no answer in time";
        }
    }

    /// <summary>
    /// What a health document says; no status for any other text. Degraded is a 200, because requests are served, and is a complaint
    /// here.
    /// </summary>
    private static (string? Status, string Reasons) Read(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject document && document["status"] is JsonValue status
                && status.TryGetValue(out string? word)
                ? (word, document["reasons"] is JsonArray reasons ? string.Join("; ", reasons.Select(reason => $"{reason}")) : "")
                : (null, "");
        }
        catch (JsonException)
        {
            return (null, "");
        }
    }

    /// <summary>The first address that the service listens on, by the variables that ASP.NET Core reads.</summary>
    internal static string FindOwnUrl(Func<string, string?> variable, int defaultPort)
    {
        var ports = variable("ASPNETCORE_HTTP_PORTS") ?? variable("HTTP_PORTS");
        if (variable("ASPNETCORE_URLS") is not { Length: > 0 } urls)
            return $"http://127.0.0.1:{(string.IsNullOrEmpty(ports) ? defaultPort : ports.Split(';')[0])}/alive";

        var first = urls.Split(';')[0].TrimEnd('/');
        return first.Replace("://+", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://*", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal) + ProbePaths.Alive;
    }
}
