using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Cli.Administration;

/// <summary>The API that runs, asked on its management port. What goes wrong is one sentence.</summary>
internal static class ManagementApi
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public static Option<string?> CreateOption() =>
        new("--api") { Description = "The API's management port; by default CREDIT_SYSTEM_API" };

    /// <param name="session">Whose settings name the port.</param>
    /// <param name="given">The port that the command line names, if any.</param>
    /// <param name="path">What is asked for, without a slash at its beginning.</param>
    /// <param name="timeout">How long the answer may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CommandUsageException">No port is named, or it is no address.</exception>
    /// <exception cref="CommandException">There is no answer, or none that tells anything.</exception>
    public static async Task<JsonObject> GetAsync(
        CommandSession session, string? given, string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var address = AddressOf(session, given, path);
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout }) { Timeout = timeout };
        try
        {
            using var response = await client.GetAsync(address, cancellationToken);
            var body = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            return response.IsSuccessStatusCode && body is not null
                ? body
                : throw new CommandException($"The API answers {(int)response.StatusCode}: {body?["detail"]}");
        }
        catch (HttpRequestException failure)
        {
            throw new CommandException($"Nobody answers at {address.Authority} ({failure.HttpRequestError}): is the API running?", failure);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new CommandException($"What answers at {address.Authority} is no API of this version.", exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"The API at {address.Authority} has not answered in time.");
        }
    }

    private static Uri AddressOf(CommandSession session, string? given, string path)
    {
        var text = given ?? session.Configuration["CREDIT_SYSTEM_API"]
            ?? throw new CommandUsageException("Name the API's management port: CREDIT_SYSTEM_API, or --api.");
        return Uri.TryCreate($"{text.TrimEnd('/')}/{path}", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new CommandUsageException($"'{text}' is no address of an API: http://<host>:<port>.");
    }
}
