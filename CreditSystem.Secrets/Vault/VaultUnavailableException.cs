using System.Net;
using VaultSharp.Core;

namespace CreditSystem.Secrets.Vault;

/// <summary>Vault gave no answer that helps. The text names the call, the path and, where the answer was Vault's, its own words.</summary>
public sealed class VaultUnavailableException(
    string message, HttpStatusCode? statusCode = null, IReadOnlyList<string>? errors = null) : Exception(message)
{
    /// <summary>Null when there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; } = statusCode;

    /// <summary>What Vault said, as it was; null where the answer was not of its shape, as a gateway's page is not.</summary>
    public IReadOnlyList<string>? Errors { get; } = errors;

    /// <summary>There was no token to make the call with: what the status says is about the login.</summary>
    public bool IsOfLogin { get; init; }

    /// <summary>404 of what is not there. <c>no handler for route</c> is a 404, too, and says nothing of what would be there.</summary>
    public bool IsNotFound => StatusCode == HttpStatusCode.NotFound && Errors is not null && !Says("no handler for route");

    public bool Says(string words) => Errors?.Any(error => error.Contains(words, StringComparison.OrdinalIgnoreCase)) == true;

    /// <summary>Whether an exception of a Vault call means the same as this one.</summary>
    public static bool Covers(Exception exception) =>
        exception is VaultUnavailableException or VaultApiException or HttpRequestException or TimeoutException
            or System.Text.Json.JsonException or TaskCanceledException { InnerException: TimeoutException };

    /// <summary>What may be told of a failed call. The transport has said it already, but for answers that cannot be read.</summary>
    public static VaultUnavailableException From(Exception exception) => exception switch
    {
        VaultUnavailableException known => known,
        TimeoutException or TaskCanceledException => new("Vault did not answer in time."),
        _ => new($"Vault's answer cannot be read ({exception.GetType().Name})."),
    };
}
