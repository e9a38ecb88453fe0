using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace CreditSystem.Dev.Vault.Server;

/// <summary>Makes a <see cref="Call"/> of an HTTP request.</summary>
internal static class RequestReader
{
    private const int MaxBodyBytes = 32 * 1024 * 1024;
    private const string FormType = "application/x-www-form-urlencoded";

    public static async Task<Call> ReadAsync(HttpContext context, string path, NamespaceTable namespaces)
    {
        var request = context.Request;
        var operation = OperationOf(request);
        if (operation is Operation.List or Operation.Scan && !path.EndsWith('/'))
            path += '/';
        CheckIndex(request);
        if (operation == Operation.Patch)
            RequireMergePatch(request);
        var body = operation.IsWrite() ? new Fields(await ReadBodyAsync(context)) : new Fields(FromQuery(request), isQuery: true);
        var (@namespace, full) = namespaces.Resolve(request.Headers["X-Vault-Namespace"].ToString(), path);
        return new Call
        {
            RequestId = Guid.NewGuid().ToString(),
            Operation = operation,
            Path = full,
            Namespace = @namespace,
            IsNamespaceInHeader = full == $"{@namespace}{path}",
            Body = body,
            ContentType = request.ContentType,
            Headers = request.Headers,
            ClientToken = TokenOf(request),
            WrapTtl = WrapTtlOf(request),
            RemoteAddress = context.Connection.RemoteIpAddress ?? System.Net.IPAddress.Loopback,
            Aborted = context.RequestAborted,
        };
    }

    /// <exception cref="VaultFault">It is no JSON object.</exception>
    public static async Task<JsonObject> ReadBodyAsync(HttpContext context)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = MaxBodyBytes;
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        var bytes = buffer.ToArray();
        // A form whose first letter is a brace is JSON that somebody has sent with curl -d.
        var isForm = context.Request.ContentType?.Split(';')[0].Trim() == FormType && bytes is not [(byte)'{', ..];
        return isForm ? FromPairs(QueryHelpers.ParseQuery(System.Text.Encoding.UTF8.GetString(bytes))) : GoJson.ParseObject(bytes);
    }

    private static Operation OperationOf(HttpRequest request) => request.Method switch
    {
        "GET" => Asks(request, "list") ? Operation.List : Asks(request, "scan") ? Operation.Scan : Operation.Read,
        "LIST" => Operation.List,
        "SCAN" => Operation.Scan,
        "HEAD" => Operation.Head,
        "POST" or "PUT" => Operation.Update,
        "PATCH" => Operation.Patch,
        "DELETE" => Operation.Delete,
        "OPTIONS" => throw VaultFault.BadRequest("cannot handle internal-only request operation"),
        _ => throw new VaultFault(StatusCodes.Status405MethodNotAllowed),
    };

    private static void RequireMergePatch(HttpRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim() ?? "";
        if (type.Length == 0)
            throw VaultFault.BadRequest("mime: no media type");
        if (type != "application/merge-patch+json")
            throw new VaultFault(StatusCodes.Status415UnsupportedMediaType, $"PATCH requires Content-Type of application/merge-patch+json, provided {type}");
    }

    private static bool Asks(HttpRequest request, string name)
    {
        var text = request.Query[name].ToString();
        return text.Length > 0 && (Fields.ParseFlag(text) ?? throw new VaultFault(StatusCodes.Status400BadRequest));
    }

    /// <summary>What the server must have seen before it answers; one node has always seen it.</summary>
    private static void CheckIndex(HttpRequest request)
    {
        var index = request.Headers["X-Vault-Index"].ToString();
        if (index.Length > 0 && !(Convert.TryFromBase64String(index, new byte[index.Length], out var length) && length == sizeof(long)))
            throw VaultFault.BadRequest("failed to decode \"X-Vault-Index\"");
    }

    private static string? TokenOf(HttpRequest request)
    {
        if (request.Headers["X-Vault-Token"] is [{ Length: > 0 } token, ..])
            return token.Trim();
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith("Bearer ", StringComparison.Ordinal) ? authorization["Bearer ".Length..].Trim() : null;
    }

    private static TimeSpan? WrapTtlOf(HttpRequest request)
    {
        var text = request.Headers["X-Vault-Wrap-TTL"].ToString();
        if (text.Length == 0)
            return null;
        if (!GoDuration.TryParse(text, out var ttl) || ttl < TimeSpan.Zero)
            throw VaultFault.BadRequest("error parsing X-Vault-Wrap-TTL header");
        return ttl == TimeSpan.Zero ? null : ttl;
    }

    private static JsonObject FromQuery(HttpRequest request)
    {
        var fields = FromPairs(request.Query.ToDictionary(pair => pair.Key, pair => pair.Value));
        fields.Remove("list");
        fields.Remove("scan");
        return fields;
    }

    private static JsonObject FromPairs(IReadOnlyDictionary<string, Microsoft.Extensions.Primitives.StringValues> pairs) =>
        new(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Count == 1 ? pair.Value.ToString() : (JsonNode?)VaultJson.Names(pair.Value.OfType<string>()))));
}
