using System.Net.Sockets;
using System.Security.Authentication;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Cli.Vault;

/// <summary>What stands between a command and a Vault that does not answer, in words that name the thing to put right.</summary>
internal static class TransportFault
{
    public static bool Covers(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>Whether no connection came about: nothing was sent.</summary>
    public static bool IsRefused(Exception exception) =>
        HasSocketError(exception, SocketError.ConnectionRefused, SocketError.HostUnreachable, SocketError.NetworkUnreachable)
        || Has(exception, HttpRequestError.ConnectionError, HttpRequestError.NameResolutionError);

    /// <summary>Whether waiting does not help: certificates and addresses do not put themselves right.</summary>
    public static bool IsLasting(Exception exception, Uri address) => IsTls(exception, address);

    /// <summary>A predicate: of whom or what, the caller says.</summary>
    public static string Describe(Exception exception, Uri address)
    {
        if (IsTls(exception, address))
            return $"cannot be talked to by TLS: {DescribeTls(exception, address)}";
        return exception.SelfAndInner().OfType<SocketException>().FirstOrDefault() is { } socket ? $"cannot be reached: {socket.Message}"
            : exception is OperationCanceledException ? "has not answered in time"
            : Has(
                exception, HttpRequestError.ResponseEnded,
                HttpRequestError.InvalidResponse) ? "ends the connection without an answer: does it speak TLS there (https://)?"
            : $"cannot be reached: {exception.Message}";
    }

    private static bool IsTls(Exception exception, Uri address) => address.Scheme == Uri.UriSchemeHttps
        && !HasSocketError(exception, SocketError.ConnectionRefused, SocketError.HostNotFound, SocketError.TimedOut)
        && (exception.SelfAndInner().Any(each =>
            each is AuthenticationException || each.GetType().Name.Contains("Ssl", StringComparison.Ordinal))
        || Has(exception, HttpRequestError.SecureConnectionError, HttpRequestError.ResponseEnded));

    private static string DescribeTls(Exception exception, Uri address)
    {
        var words = string.Join(' ', exception.SelfAndInner().Select(each => each.Message));
        bool Say(string part) => words.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Say("RemoteCertificateNameMismatch"))
            return $"its certificate is not for {address.Host} (--address as the certificate says, or --tls-server-name)";
        if (Say("NotTimeValid"))
            return "its certificate has expired, or is not valid yet";
        if (Say("UntrustedRoot") || Say("PartialChain") || Say("RemoteCertificateChainErrors"))
            return "its certificate is signed by an authority that is not trusted here (--ca-certificate, or VAULT_CACERT)";
        if (Say("frame size") || Say("wrong version number") || Say("unexpected packet"))
            return "it does not speak TLS there: is it http://?";
        if (Say("certificate required") || Say("bad certificate") || Say("handshake failure")
            || Has(exception, HttpRequestError.ResponseEnded) || Say("reset by peer") || Say("unexpected EOF"))
            return "it ends the connection; does it ask for a client certificate (--client-certificate and --client-key, or "
                + "VAULT_CLIENT_CERT and VAULT_CLIENT_KEY)?";
        return exception.SelfAndInner().Last().Message;
    }

    private static bool Has(Exception exception, params ReadOnlySpan<HttpRequestError> errors) =>
        exception is HttpRequestException request && errors.Contains(request.HttpRequestError);

    private static bool HasSocketError(Exception exception, params SocketError[] errors) =>
        exception.SelfAndInner().OfType<SocketException>().Any(each => errors.Contains(each.SocketErrorCode));
}
