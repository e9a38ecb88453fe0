using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Sys;
using Microsoft.AspNetCore.Http.Features;

namespace CreditSystem.Dev.Vault.Server;

/// <summary>The HTTP side: headers, redirects, and what is answered without a token or while sealed.</summary>
internal sealed class VaultEndpoint(VaultCore core, NamespaceTable namespaces, SealState seal, StatusRoutes status, CorsRules cors, Dialect dialect)
{
    public async Task HandleAsync(HttpContext context)
    {
        var raw = RequestPath.Raw(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
        var path = Uri.UnescapeDataString(raw);
        if (!RequestPath.IsPrintable(path))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        AddHeaders(context);
        try
        {
            if (!cors.Answer(context))
                await AnswerAsync(context, raw, path);
        }
        catch (VaultFault fault)
        {
            await ReplyWriter.WriteAsync(context, fault.Status, Envelope.Errors(fault.Errors));
        }
        catch (BadHttpRequestException exception)
        {
            var isTooLarge = exception.StatusCode == StatusCodes.Status413PayloadTooLarge;
            if (isTooLarge)
                RemoveHeaders(context);
            await ReplyWriter.WriteAsync(context, exception.StatusCode, Envelope.Errors([isTooLarge ? "http: request body too large" : exception.Message]));
        }
    }

    private async Task AnswerAsync(HttpContext context, string raw, string path)
    {
        if (raw.StartsWith("//", StringComparison.Ordinal))
            throw VaultFault.NotFound();
        if (RequestPath.Redirect(raw) is { } target)
        {
            await RedirectAsync(context, target);
            return;
        }

        if (!path.StartsWith("/v1/", StringComparison.Ordinal))
            throw VaultFault.NotFound();
        path = path["/v1/".Length..];
        if (status.Find(path) is { } statusRoute)
        {
            await statusRoute(context);
            return;
        }

        if (!seal.IsReady)
            throw new VaultFault(StatusCodes.Status503ServiceUnavailable, "Vault is sealed");
        if (RequestPath.HasRelativeSegment(path))
            throw VaultFault.BadRequest("relative paths not supported");
        var call = await RequestReader.ReadAsync(context, path, namespaces);
        var reply = await core.HandleAsync(call);
        if (seal.HasIndex && reply is { Errors: null, IsOutsideOfStorage: false })
            context.Response.Headers["X-Vault-Index"] = seal.NextIndex();
        await ReplyWriter.WriteAsync(context, call, reply, dialect);
    }

    private static Task RedirectAsync(HttpContext context, string target)
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = target;
        if (!HttpMethods.IsGet(context.Request.Method))
            return Task.CompletedTask;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"<a href=\"{target}\">Temporary Redirect</a>.\n\n", context.RequestAborted);
    }

    private static void AddHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        if (context.Request.Headers.TryGetValue("X-Vault-Namespace", out var asked))
            headers["X-Vault-Namespace"] = asked;
    }

    private static void RemoveHeaders(HttpContext context)
    {
        context.Response.Headers.Remove("Cache-Control");
        context.Response.Headers.Remove("Strict-Transport-Security");
    }
}
