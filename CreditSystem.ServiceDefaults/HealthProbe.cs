using System.Net.Security;
using System.Text.Json;

namespace CreditSystem.ServiceDefaults;

/// <summary><c>healthcheck [URL]</c>: asks the service in the same container whether it lives, so that the image needs no curl.</summary>
public static class HealthProbe
{
    public const string Name = "healthcheck";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <param name="args">The URL, or nothing.</param>
    /// <param name="defaultPort">Where the service listens when no variable says so.</param>
    /// <returns>
    /// 0 for a 2xx answer, 1 for any other and for none, 2 for what is no URL. A document of health counts by what it says:
    /// degraded is a 200, because requests are served, and is 1 here.
    /// </returns>
    public static async Task<int> RunAsync(string[] args, int defaultPort)
    {
        ArgumentNullException.ThrowIfNull(args);
        var url = args.FirstOrDefault() ?? FindOwnUrl(Environment.GetEnvironmentVariable, defaultPort);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
            return 2;

        // The certificate names the service, not the loopback address that the probe uses.
        using var handler = new SocketsHttpHandler { UseProxy = !address.IsLoopback };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.None || address.IsLoopback;
        using var client = new HttpClient(handler) { Timeout = Timeout };
        try
        {
            using var response = await client.GetAsync(address);
            return response.IsSuccessStatusCode && StatusOf(await response.Content.ReadAsStringAsync()) is null or "healthy" ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return 1;
        }
    }

    /// <summary>The member <c>status</c> of a JSON object; null for any other text.</summary>
    internal static string? StatusOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("status", out var status)
                && status.ValueKind == JsonValueKind.String ? status.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
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
            .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal) + "/alive";
    }
}
