using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CreditSystem.Api.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Http;

/// <summary>
/// Reads a JSON body strictly: size and depth bounded, no duplicate and no unknown members, well-formed Unicode. What two
/// readers could understand differently is refused, never guessed.
/// </summary>
internal static class JsonBody
{
    /// <summary>The largest body of any route, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    public static async ValueTask<Checked<T>> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        if (!request.HasJsonContentType())
            return Problem.Of(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, "The body must be application/json.");
        if (request.ContentLength > MaxBytes)
            return TooLarge();
        try
        {
            var reader = request.BodyReader;
            ReadResult result;
            while (true)
            {
                result = await reader.ReadAsync(request.HttpContext.RequestAborted);
                if (result.IsCompleted || result.Buffer.Length > MaxBytes)
                    break;
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
            if (result.Buffer.Length > MaxBytes)
                return TooLarge();
            var parsed = Parse(result.Buffer, type);
            reader.AdvanceTo(result.Buffer.End);
            return parsed;
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLarge();
        }
    }

    /// <summary>The same where a request without a body stands for <paramref name="absent"/>.</summary>
    public static async ValueTask<Checked<T>> ReadOptionalAsync<T>(HttpRequest request, JsonTypeInfo<T> type, T absent)
        where T : class => request.ContentType is null && !CanHaveBody(request) ? absent : await ReadAsync(request, type);

    private static bool CanHaveBody(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength is not (null or 0);

    private static Checked<T> Parse<T>(in ReadOnlySequence<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = type.Options.MaxDepth });
            var value = JsonSerializer.Deserialize(ref reader, type);
            // The serializer stops after the value: what follows must not go unread.
            if (value is null || reader.Read())
                return Malformed("The body must be one JSON object.");
            return value;
        }
        catch (JsonException exception)
        {
            return Malformed(exception.InnerException is FormatException format ? $"{exception.Path}: {format.Message}" : Describe(exception));
        }
    }

    // The serializer's own message names .NET types, which are nobody's business.
    private static string Describe(JsonException exception) => exception.Path is { Length: > 1 } path
        ? $"The body is not valid at {path} (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine})."
        : $"The body is not a valid JSON object of this request (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}).";

    private static ProblemHttpResult Malformed(string detail) => Refusal.BadRequest(ProblemCodes.Malformed, detail);

    private static ProblemHttpResult TooLarge() =>
        Problem.Of(StatusCodes.Status413PayloadTooLarge, ProblemCodes.PayloadTooLarge, $"The body may have at most {MaxBytes} bytes.");
}
