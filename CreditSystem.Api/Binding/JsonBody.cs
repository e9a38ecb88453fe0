using System.Buffers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CreditSystem.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace CreditSystem.Api.Binding;

/// <summary>
/// A JSON body, read strictly: size and depth bounded, no duplicate and no unknown members, well-formed Unicode. What two
/// readers could understand differently is refused, never guessed.
/// </summary>
internal sealed class JsonBody<T> : IBoundParameter, IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    private JsonBody(Validated<T> read) =>
        (Value, Problem) = read.TryGet(out var value, out var problem) ? (value, problem) : (null!, problem);

    /// <summary>What the body says.</summary>
    public T Value { get; }

    public ProblemHttpResult? Problem { get; }

    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(await JsonBody.ReadAsync<T>(context));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => JsonBody.Describe<T>(parameter, builder);
}

/// <summary>A request without a body stands for the empty object.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class OptionalBodyAttribute : Attribute;

/// <summary>Reads and describes the bodies of bound parameters.</summary>
internal static class JsonBody
{
    private const string ContentType = "application/json";

    /// <summary>The largest body of any route, in bytes: a batch of 1,000 fits.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly ReadOnlySequence<byte> EmptyObject = new("{}"u8.ToArray());

    public static void Describe<T>(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(
        new AcceptsMetadata([ContentType], typeof(T), isOptional: parameter.IsDefined(typeof(OptionalBodyAttribute))));

    public static async ValueTask<Validated<T>> ReadAsync<T>(HttpContext context)
        where T : class
    {
        var request = context.Request;
        if (request.ContentType is null && !CanHaveBody(request))
            return context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is { IsOptional: true }
                ? Parse(EmptyObject, ApiJson.TypeOf<T>())
                : Malformed("The body must be one JSON object.");
        if (NotRead(request) is { } why)
            return ApiProblems.Create(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, why);
        try
        {
            if (await BoundedBody.ReadAsync(request, MaxBytes) is not { } body)
                return TooLarge();
            var parsed = Parse(body, ApiJson.TypeOf<T>());
            request.BodyReader.AdvanceTo(body.End);
            return parsed;
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLarge();
        }
    }

    /// <summary>Why the body cannot be read, by what its headers say of it; null where it can (RFC 9110, section 15.5.16).</summary>
    private static string? NotRead(HttpRequest request)
    {
        if (!request.HasJsonContentType())
            return "The body must be application/json.";
        foreach (var coding in request.Headers.ContentEncoding)
            if (!"identity".Equals(coding, StringComparison.OrdinalIgnoreCase))
            {
                request.HttpContext.Response.Headers.AcceptEncoding = "identity";
                return "The body must be sent as it is: Content-Encoding is not read.";
            }

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Charset.HasValue
            && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            ? "The body must be in UTF-8."
            : null;
    }

    private static bool CanHaveBody(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength is not (null or 0);

    private static Validated<T> Parse<T>(in ReadOnlySequence<byte> body, JsonTypeInfo<T> type)
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
            return Explain(body, type, exception);
        }
    }

    // Seldom, so that it may take a second look.
    private static Validated<T> Explain<T>(in ReadOnlySequence<byte> body, JsonTypeInfo<T> type, JsonException exception)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = type.Options.MaxDepth });
            if (BatchBody.TryRead(document.RootElement, type) is { } readable)
                return readable;
            if (JsonMismatch.Find(document.RootElement, type) is { } mismatch)
                return Malformed(mismatch);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // It is no JSON, or holds half of a character.
        }
        return Malformed(Describe(exception));
    }

    // The serializer's own message names .NET types, which are nobody's business.
    private static string Describe(JsonException exception)
    {
        var member = exception.Path is { Length: > 1 } path ? $" at {path}" : "";
        var place = $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}";
        return $"The request body does not match the expected schema{member} ({place}).";
    }

    private static ProblemHttpResult Malformed(string detail) => ApiProblems.BadRequest(ProblemCodes.Malformed, detail);

    private static ProblemHttpResult TooLarge() => ApiProblems.Create(
        StatusCodes.Status413PayloadTooLarge, ProblemCodes.PayloadTooLarge, $"The body may have at most {MaxBytes} bytes.");
}
