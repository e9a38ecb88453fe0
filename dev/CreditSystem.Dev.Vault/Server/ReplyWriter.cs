using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Server;

/// <summary>Puts a <see cref="Reply"/> on the wire.</summary>
internal static class ReplyWriter
{
    public static Task WriteAsync(HttpContext context, Call call, Reply reply, Dialect dialect)
    {
        if (reply.Errors is { } errors)
            return WriteAsync(context, reply.Status!.Value, Envelope.Errors(errors));
        if (reply.Body is { } body)
            return WriteAsync(context, reply.Status ?? StatusCodes.Status200OK, body, reply.BodyType);
        if (reply.RawBody is { } raw)
            return WriteAsync(context, reply.Status!.Value, raw, reply.BodyType);
        if (reply.IsEmpty && call.Operation is Operation.Read or Operation.List or Operation.Scan)
            return WriteAsync(context, StatusCodes.Status404NotFound, Envelope.Errors([]));
        if (reply.IsEmpty || reply is { Status: StatusCodes.Status204NoContent })
            return WriteNothingAsync(context, StatusCodes.Status204NoContent);
        if (reply is { Status: { } status, Data: null, Auth: null, WrapInfo: null, Warnings: null })
            return WriteNothingAsync(context, status);
        var envelope = Envelope.Of(call, reply);
        dialect.Complete(envelope, call.MountType);
        if (call.Route is { RepeatsData: true } && reply.Data is { } data && call.IsNamespaceInHeader)
        {
            foreach (var (name, value) in data)
                envelope.TryAdd(name, value?.DeepClone());
        }

        return WriteAsync(context, reply.Status ?? StatusCodes.Status200OK, envelope);
    }

    public static Task WriteAsync(HttpContext context, int status, JsonObject body) => WriteAsync(context, status, body.ToJsonString(VaultJson.Options) + "\n", "application/json");

    public static Task WriteNothingAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return Task.CompletedTask;
    }

    private static async Task WriteAsync(HttpContext context, int status, byte[] body, string type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        if (body.Length > 0)
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static Task WriteAsync(HttpContext context, int status, string body, string type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body, context.RequestAborted);
    }
}
