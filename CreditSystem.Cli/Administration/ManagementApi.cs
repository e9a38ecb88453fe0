using System.Net.Http.Json;
using System.Text.Json;

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
        var address = AddressOf(session, given, path)
            ?? throw new CommandUsageException("Name the API's management port: CREDIT_SYSTEM_API, or --api.");
        var (status, body, failure) = await AskAsync(address, timeout, readsRefusals: true, cancellationToken);
        return failure switch
        {
            null when status is >= 200 and < 300 && body is not null => body,
            null => throw new CommandException($"The API answers {status}: {body?["detail"]}"),
            HttpRequestException { HttpRequestError: var error } =>
                throw new CommandException($"Nobody answers at {address.Authority} ({error}): is the API running?", failure),
            OperationCanceledException => throw new CommandException($"The API at {address.Authority} has not answered in time."),
            _ => throw new CommandException($"What answers at {address.Authority} is no API of this version.", failure),
        };
    }

    /// <returns>Its status and its document; or why there is none.</returns>
    public static async Task<(int Status, JsonObject? Body, Exception? Failure)> AskAsync(
        Uri address, TimeSpan timeout, bool readsRefusals, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout }) { Timeout = timeout };
        try
        {
            using var response = await client.GetAsync(address, cancellationToken);
            var body = response.IsSuccessStatusCode || readsRefusals
                ? await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken)
                : null;
            return ((int)response.StatusCode, body, null);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or NotSupportedException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (0, null, exception);
        }
    }

    /// <returns>Null where no port is named.</returns>
    /// <exception cref="CommandUsageException">It is no address.</exception>
    public static Uri? AddressOf(CommandSession session, string? given, string path)
    {
        if ((given ?? session.Configuration["CREDIT_SYSTEM_API"]) is not { Length: > 0 } text)
            return null;
        return Uri.TryCreate($"{text.TrimEnd('/')}/{path}", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new CommandUsageException($"'{text}' is no address of an API: http://<host>:<port>.");
    }
}
