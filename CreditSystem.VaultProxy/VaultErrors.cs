using System.Collections.Concurrent;
using System.Text.Json;
using CreditSystem.VaultProxy.Policy;

namespace CreditSystem.VaultProxy;

/// <summary>Responses of the proxy itself, in the shape of Vault's: <c>{"errors":["…"]}</c>.</summary>
internal static class VaultErrors
{
    internal const string JsonContentType = "application/json";
    internal const string Sealed = "Vault is sealed";
    internal const string NoUpstream = "no Vault node is available";
    internal const string NoActiveNode = "no Vault node is active";
    internal const string InvalidSecretId = "invalid role or secret ID";

    internal static bool IsSealed(ReadOnlySpan<byte> body) => body.IndexOf("Vault is sealed"u8) >= 0;

    internal static bool IsInvalidSecretId(ReadOnlySpan<byte> body) => body.IndexOf("invalid role or secret ID"u8) >= 0;

    /// <summary>Said by a standby between two active nodes; it has passed the request on to none.</summary>
    internal static bool IsWithoutActiveNode(ReadOnlySpan<byte> body) =>
        body.IndexOf("local node not active but active cluster node not found"u8) >= 0;

    /// <summary>Whether it is <c>{"errors":[]}</c>.</summary>
    internal static bool IsEmpty(ReadOnlySpan<byte> body) => body.Trim(" \r\n\t"u8).SequenceEqual("""{"errors":[]}"""u8);

    // A handful of fixed messages, rendered once each.
    private static readonly ConcurrentDictionary<string, byte[]> Bodies = new();

    /// <returns>The body; with an empty message no error, as Vault says that there is nothing.</returns>
    internal static byte[] Render(string message) =>
        Bodies.GetOrAdd(message, static text => JsonSerializer.SerializeToUtf8Bytes(
            new ErrorBody(text.Length == 0 ? [] : [text]), VaultErrorsJson.Default.ErrorBody));

    internal static ValueTask WriteAsync(HttpContext context, int status, string message, TimeSpan? retryAfter = null)
    {
        var body = Render(message);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = JsonContentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        if (retryAfter is { } delay)
            response.Headers.RetryAfter = $"{(int)Math.Max(1, Math.Ceiling(delay.TotalSeconds))}";
        return HttpMethods.IsHead(context.Request.Method)
            ? ValueTask.CompletedTask
            : new ValueTask(response.Body.WriteAsync(body, context.RequestAborted).AsTask());
    }

    internal static ValueTask WriteDenialAsync(HttpContext context, in VaultRequest request)
    {
        if (request.Denial != DenialReason.PathUnclean)
            return WriteDenialAsync(context, request.Denial);
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = request.CleanedTarget;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = 0;
        return ValueTask.CompletedTask;
    }

    internal static ValueTask WriteDenialAsync(HttpContext context, DenialReason reason)
    {
        var (status, message) = Describe(reason);
        // A client that sends what two servers could read differently gets no second request on the same connection; nor is the rest
        // of an oversized body read.
        if (status is StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge)
            context.Response.Headers.Connection = "close";
        return WriteAsync(context, status, message);
    }

    private static (int Status, string Message) Describe(DenialReason reason) => reason switch
    {
        DenialReason.PathMalformed => (400, "malformed request path"),
        DenialReason.PathTooLong => (400, "request path is too long"),
        DenialReason.PathTraversal => (400, "request path must not contain relative or doubly encoded segments"),
        DenialReason.QueryNotAllowed => (400, "query parameter is not allowed by vault-proxy"),
        DenialReason.HeaderAmbiguous => (400, "a Vault header was given more than once"),
        DenialReason.BodyNotAllowed => (400, "request must not have a body"),
        DenialReason.LoginMalformed => (400, "login must be a JSON object with role_id and secret_id as strings"),
        DenialReason.BodyTooLarge => (413, "request body too large"),
        DenialReason.PathOutside => (404, ""),
        DenialReason.RequestHeaderMissing => (412, "missing or invalid X-Vault-Request header"),
        DenialReason.ClientCertificateMissing => (403, "permission denied: vault-proxy requires a client certificate"),
        DenialReason.MethodNotAllowed => (403, "permission denied: method is not allowed by vault-proxy"),
        DenialReason.NamespaceNotAllowed => (403, "permission denied: namespace is not allowed by vault-proxy"),
        _ => (403, "permission denied: path is not allowed by vault-proxy"),
    };
}

internal sealed record ErrorBody([property: System.Text.Json.Serialization.JsonPropertyName("errors")] string[] Errors);

[System.Text.Json.Serialization.JsonSerializable(typeof(ErrorBody))]
internal sealed partial class VaultErrorsJson : System.Text.Json.Serialization.JsonSerializerContext;
