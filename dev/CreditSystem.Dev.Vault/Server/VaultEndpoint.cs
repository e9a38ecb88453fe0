using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Sys;
using Microsoft.AspNetCore.Http.Features;

namespace CreditSystem.Dev.Vault.Server;

/// <summary>HTTP on one side, <see cref="Call"/> and <see cref="Reply"/> on the other.</summary>
internal sealed class VaultEndpoint(VaultCore core, MountTable mounts, NamespaceTable namespaces, SealState seal, StatusRoutes status)
{
    private const int MaxBodyBytes = 32 * 1024 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await AnswerAsync(context);
        }
        catch (VaultFault fault)
        {
            await WriteAsync(context, fault.Status, Envelope.Errors(fault.Errors));
        }
        catch (BadHttpRequestException exception)
        {
            var message = exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? "http: request body too large" : exception.Message;
            await WriteAsync(context, exception.StatusCode, Envelope.Errors([message]));
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = MaxBodyBytes;
        var path = RawPath(context);
        if (!path.StartsWith("/v1/", StringComparison.Ordinal))
            throw VaultFault.NotFound();
        path = path["/v1/".Length..];
        if (status.Find(path) is { } statusRoute)
        {
            await statusRoute(context, path == "sys/unseal" ? await ReadBodyAsync(context) : []);
            return;
        }

        var call = await ParseAsync(context, path);
        if (seal.IsSealed)
            throw new VaultFault(StatusCodes.Status503ServiceUnavailable, "Vault is sealed");
        await WriteAsync(context, call, await core.HandleAsync(call));
    }

    private async Task<Call> ParseAsync(HttpContext context, string path)
    {
        var request = context.Request;
        var operation = OperationOf(request);
        if (operation == Operation.List && !path.EndsWith('/'))
            path += '/';
        var body = operation is Operation.Update or Operation.Patch ? await ReadBodyAsync(context) : FromQuery(request);
        var header = request.Headers["X-Vault-Namespace"].ToString().Trim('/');
        var full = header.Length == 0 ? path : $"{header}/{path}";
        return new Call
        {
            RequestId = Guid.NewGuid().ToString(),
            Operation = operation,
            Path = full,
            Namespace = namespaces.Resolve(header, path),
            Body = new Fields(body),
            ContentType = request.ContentType,
            ClientToken = TokenOf(request),
            WrapTtl = WrapTtlOf(request),
            RemoteAddress = context.Connection.RemoteIpAddress ?? System.Net.IPAddress.Loopback,
            Aborted = context.RequestAborted,
        };
    }

    private static Operation OperationOf(HttpRequest request) => request.Method switch
    {
        "GET" => request.Query["list"].ToString() is "true" or "1" ? Operation.List : Operation.Read,
        "LIST" => Operation.List,
        "POST" or "PUT" => Operation.Update,
        "PATCH" => Operation.Patch,
        "DELETE" => Operation.Delete,
        _ => throw new VaultFault(StatusCodes.Status405MethodNotAllowed),
    };

    /// <summary>The path as it was sent, decoded once, so that an encoded slash stays one (Vault decodes it to a slash).</summary>
    private static string RawPath(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var end = target.IndexOf('?', StringComparison.Ordinal);
        return Uri.UnescapeDataString(end < 0 ? target : target[..end]);
    }

    private static string? TokenOf(HttpRequest request)
    {
        if (request.Headers["X-Vault-Token"].ToString() is { Length: > 0 } token)
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

    private static JsonObject FromQuery(HttpRequest request) =>
        new(request.Query.Where(pair => pair.Key != "list").Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.ToString())));

    internal static async Task<JsonObject> ReadBodyAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        if (string.IsNullOrWhiteSpace(text))
            return [];
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw VaultFault.BadRequest("error parsing JSON");
        }
        catch (JsonException)
        {
            throw VaultFault.BadRequest("error parsing JSON");
        }
    }

    private async Task WriteAsync(HttpContext context, Call call, Reply reply)
    {
        if (reply.Errors is { } errors)
        {
            await WriteAsync(context, reply.Status!.Value, Envelope.Errors(errors));
        }
        else if (reply.Body is { } body)
        {
            context.Response.ContentType = reply.BodyType;
            await context.Response.WriteAsync(body, context.RequestAborted);
        }
        else if (reply.IsEmpty && call.Operation is Operation.Read or Operation.List)
        {
            await WriteAsync(context, StatusCodes.Status404NotFound, Envelope.Errors([]));
        }
        else if (reply.IsEmpty || reply is { Status: StatusCodes.Status204NoContent })
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            var envelope = Envelope.Of(call, reply, core.MountType(call));
            if (reply.Data is { } data && mounts.Backend(call.MountPath) is { RepeatsDataAtTop: true })
            {
                foreach (var (name, value) in data)
                    envelope.TryAdd(name, value?.DeepClone());
            }

            await WriteAsync(context, reply.Status ?? StatusCodes.Status200OK, envelope);
        }
    }

    internal static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(VaultJson.Options) + "\n", context.RequestAborted);
    }
}
