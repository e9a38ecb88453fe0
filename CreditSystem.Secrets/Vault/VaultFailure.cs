using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.RegularExpressions;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Vault;

/// <summary>Says in one line what became of a call that failed.</summary>
internal static partial class VaultFailure
{
    private const int LongestWords = 200;

    /// <summary>Of an answer.</summary>
    public static async Task<VaultUnavailableException> OfAsync(
        VaultCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        var errors = ErrorsIn(text);
        var status = (int)response.StatusCode;
        var words = errors switch
        {
            null when text.Contains("HTTP request to an HTTPS server", StringComparison.Ordinal) =>
                "TLS: this port speaks https, and the address says http",
            null => "not in Vault's form, so a gateway may have said it",
            [] when status == 404 => "there is no such thing",
            [] => "without a reason",
            _ => Sanitized(string.Join("; ", errors)),
        };
        return new VaultUnavailableException($"{call}: Vault answered {status}, {words}.", response.StatusCode, errors);
    }

    /// <summary>Of a call that has got no answer.</summary>
    /// <param name="call">Which.</param>
    /// <param name="failure">What the HTTP client says.</param>
    /// <param name="address">Where to.</param>
    /// <param name="wantsClientCertificate">The server has asked for a client certificate, and there is none.</param>
    public static VaultUnavailableException Of(VaultCall call, Exception failure, Uri address, bool wantsClientCertificate)
    {
        var server = address.Authority;
        return new VaultUnavailableException(
            $"{call}: {Reason(failure, server, address.Scheme == Uri.UriSchemeHttps, wantsClientCertificate)}.");
    }

    public static VaultUnavailableException TimedOut(VaultCall call, Uri address, TimeSpan after) =>
        new($"{call}: Vault at {address.Authority} did not answer within {after.TotalSeconds:0.#} s.");

    private static string Reason(Exception failure, string server, bool isTls, bool wantsClientCertificate)
    {
        if (Find<VaultCertificateException>(failure) is { } certificate)
            return $"TLS: {certificate.Message}";
        if (isTls && wantsClientCertificate)
            return $"TLS: {server} asks for a client certificate, and none is configured (VAULT_CLIENT_CERT, VAULT_CLIENT_KEY)";
        var socket = Find<SocketException>(failure);
        var error = (failure as HttpRequestException)?.HttpRequestError;
        if (socket is not null && error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
            return $"Vault at {server} cannot be reached ({socket.SocketErrorCode})";
        if (isTls && error is HttpRequestError.SecureConnectionError)
            return Find<AuthenticationException>(failure) is { } handshake
                && handshake.Message.Contains("frame", StringComparison.OrdinalIgnoreCase)
                ? $"TLS: {server} does not speak TLS; the address says https, and the port is a plain one"
                : $"TLS: the handshake with {server} failed";
        var kind = error?.ToString() ?? failure.GetType().Name;
        return isTls
            ? $"Vault at {server} ended the connection without an answer ({kind})"
            : $"Vault at {server} ended the connection without an answer ({kind}); it may speak https";
    }

    private static T? Find<T>(Exception failure)
        where T : Exception => failure.SelfAndInner().OfType<T>().FirstOrDefault();

    private static List<string>? ErrorsIn(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("errors", out var errors)
                && errors.ValueKind == JsonValueKind.Array
                ? [.. errors.EnumerateArray().Select(error =>
                    error.ValueKind == JsonValueKind.String ? error.GetString()! : error.GetRawText())]
                : document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("data", out _) ? [] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>One line, of bounded length, without what looks like a token or the credentials in an address.</summary>
    internal static string Sanitized(string words)
    {
        words = Secret().Replace(ControlOrSpace().Replace(words, " ").Trim(), "***");
        return words.Length <= LongestWords ? words : words[..LongestWords] + "…";
    }

    [GeneratedRegex(@"[\s\p{Cc}]+")]
    private static partial Regex ControlOrSpace();

    [GeneratedRegex(@"\b(hv)?[sbr]\.[A-Za-z0-9_\-]{8,}|(?<=://)[^\s/@]+(?=@)|(?<=password[=:]\s?)[^\s,;&]+", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
