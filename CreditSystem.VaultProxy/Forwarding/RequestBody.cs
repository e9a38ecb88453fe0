using System.Buffers;
using CreditSystem.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CreditSystem.VaultProxy.Forwarding;

/// <summary>Reads a small request body, so that what a node has not taken can be offered to another; a larger one streams.</summary>
internal static class RequestBody
{
    internal const int SmallBytes = 64 * 1024;

    /// <returns>Empty where there is no body; null where it is larger, in which case nothing of it has been taken.</returns>
    /// <exception cref="IOException">The body is malformed, larger than its route allows, or broken off.</exception>
    internal static async ValueTask<byte[]?> ReadAsync(HttpContext context, int limitBytes = SmallBytes)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
            return [];
        if (await BoundedBody.ReadAsync(context.Request, limitBytes) is not { } buffered)
            return null;
        var body = buffered.ToArray();
        context.Request.BodyReader.AdvanceTo(buffered.End);
        return body;
    }
}
