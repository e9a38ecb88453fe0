using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace CreditSystem.ServiceDefaults.Http;

/// <summary>Reads the body of a request into memory, up to a limit.</summary>
public static class BoundedBody
{
    /// <summary>
    /// The body in the buffers of the request, to be consumed with <c>request.BodyReader.AdvanceTo(body.End)</c>; null where it
    /// is larger than the limit, in which case nothing of it has been consumed.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="maxBytes">The limit, in bytes.</param>
    /// <exception cref="IOException">The body is malformed, broken off, or larger than the server allows.</exception>
    public static async ValueTask<ReadOnlySequence<byte>?> ReadAsync(HttpRequest request, long maxBytes)
    {
        if (request.ContentLength > maxBytes)
            return null;
        var reader = request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(request.HttpContext.RequestAborted);
            if (result.Buffer.Length > maxBytes)
            {
                reader.AdvanceTo(result.Buffer.Start);
                return null;
            }

            if (result.IsCompleted)
                return result.Buffer;
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
