using System.Net;
using VaultSharp.Core;

namespace CreditSystem.Api.Secrets;

/// <summary>Vault gave no answer that helps. The text is ours alone: what Vault or a gateway answered may hold anything.</summary>
internal sealed class VaultUnavailableException(string message, HttpStatusCode? statusCode = null) : Exception(message)
{
    /// <summary>Null when there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; } = statusCode;

    /// <summary>Whether an exception of a Vault call means the same as this one.</summary>
    public static bool Covers(Exception exception) =>
        exception is VaultUnavailableException or VaultApiException or HttpRequestException or TimeoutException or System.Text.Json.JsonException
            or TaskCanceledException { InnerException: TimeoutException };

    /// <summary>What may be told of a failed call: a status, never a body.</summary>
    public static VaultUnavailableException From(Exception exception) => exception switch
    {
        VaultUnavailableException known => known,
        VaultApiException { StatusCode: > 0 } answer => new($"Vault answered {answer.StatusCode}.", answer.HttpStatusCode),
        TimeoutException or TaskCanceledException => new("Vault did not answer in time."),
        HttpRequestException request => new($"Vault cannot be reached ({request.HttpRequestError})."),
        _ => new($"Vault's answer cannot be read ({exception.GetType().Name})."),
    };
}
