using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace CreditSystem.VaultProxy.Forwarding;

/// <summary>Reads a small request body, so that what a node has not taken can be offered to another; a larger one streams.</summary>
internal static class RequestBody
{
    internal const int SmallBytes = 64 * 1024;

    /// <returns>Empty where there is no body; null where it is larger, in which case nothing of it has been taken.</returns>
    /// <exception cref="BadHttpRequestException">The body is malformed, or larger than its route allows.</exception>
    internal static async ValueTask<byte[]?> ReadSmallAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
            return [];
        if (context.Request.ContentLength > SmallBytes)
            return null;
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            if (result.Buffer.Length > SmallBytes)
            {
                reader.AdvanceTo(result.Buffer.Start);
                return null;
            }

            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
