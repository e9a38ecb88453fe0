using System.Net;
using System.Text.Json;

namespace VaultSharp.Core;

public class VaultApiException : Exception
{
    public VaultApiException()
    {
    }

    public VaultApiException(string message)
        : base(message)
    {
    }

    public VaultApiException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public VaultApiException(HttpStatusCode httpStatusCode, string message)
        : base(message)
    {
        HttpStatusCode = httpStatusCode;
        StatusCode = (int)httpStatusCode;
        ApiErrors = Strings(message, "errors");
        ApiWarnings = Strings(message, "warnings");
    }

    public int StatusCode { get; }

    public HttpStatusCode HttpStatusCode { get; }

    /// <summary>Null when the answer was not Vault's, as a gateway's page is not.</summary>
    public IEnumerable<string> ApiErrors { get; }

    public IEnumerable<string> ApiWarnings { get; }

    private static List<string> Strings(string body, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty(name, out var values) ? values.Deserialize<List<string>>() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
