using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.AuditTrail;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>The headers of answers, described once and referred to.</summary>
internal static class DocumentedHeaders
{
    private const string Location = "Location";
    private const string RetryAfter = "Retry-After";
    private const string Challenge = "WWW-Authenticate";
    private const string CacheControl = "Cache-Control";
    private const string Pragma = "Pragma";
    private const string Expires = "Expires";
    private const string ContentDisposition = "Content-Disposition";
    private const string AcceptEncoding = "Accept-Encoding";

    private static readonly (string Name, string Description, string Example)[] Headers =
    [
        (Location, "Where to read what was made.", "/v1/transfers/5d1ecf3b-1b8a-5c0f-9d3e-2f6a7c1b9e44"),
        (RetryAfter, "After how many seconds to try again (RFC 9110).", "1"),
        (IdempotencyKey.ReplayedHeaderName, "`true` where the answer is the one of the first request with this Idempotency-Key.", "true"),
        (RateLimiting.RateLimitHeaders.Name,
            "What is left of the tightest limit: `r` requests, and in `t` seconds all of them (draft-ietf-httpapi-ratelimit-headers-11).",
            "\"key\";r=9999;t=1"),
        (RateLimiting.RateLimitHeaders.PolicyName, "That limit: `q` requests in `w` seconds.", "\"key\";q=10000;w=3600"),
        (Challenge, "Which credential to send (RFC 9110, RFC 6750).", "Bearer"),
        (CacheControl, "`no-store`: nothing on the way may keep the answer; after a failure `no-cache` as well (RFC 9111).", "no-store"),
        (Pragma, "The same for caches of HTTP/1.0, after a failure.", "no-cache"),
        (Expires, "Not a time: the answer to a failure is out of date at once (RFC 9111).", "-1"),
        (ContentDisposition, "The file that the answer is to be kept as (RFC 6266).", "attachment; filename=\"audit-events.ndjson\""),
        (AcceptEncoding, "Which encodings of a body are read, where one was sent that is not (RFC 9110).", "identity"),
    ];

    public static void Define(OpenApiDocument document)
    {
        var headers = (document.Components ??= new OpenApiComponents()).Headers ??= new Dictionary<string, IOpenApiHeader>();
        foreach (var (name, description, example) in Headers)
            headers[name] = new OpenApiHeader
            {
                Description = description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = example,
            };
    }

    /// <summary>Adds to a response what it can carry.</summary>
    /// <param name="response">The response.</param>
    /// <param name="status">Its status.</param>
    /// <param name="isKeyed">Whether the request has an Idempotency-Key.</param>
    /// <param name="hasLocation">Whether it says where to find what was made.</param>
    /// <param name="document">Where the headers are described.</param>
    public static void Add(OpenApiResponse response, int status, bool isKeyed, bool hasLocation, OpenApiDocument document)
    {
        Add(RateLimiting.RateLimitHeaders.Name, true);
        Add(RateLimiting.RateLimitHeaders.PolicyName, true);
        Add(Location, status == StatusCodes.Status201Created && hasLocation);
        Add(IdempotencyKey.ReplayedHeaderName, isKeyed && status is < 300 or 404 or 409 or 422);
        Add(RetryAfter, status is 409 or 429 or 503);
        Add(Challenge, status is 401 or 403);
        Add(CacheControl, true);
        // What fails by an exception; the others are answered by the route.
        Add(Pragma, status is 400 or 413 or >= 500);
        Add(Expires, status is 400 or 413 or >= 500);
        Add(AcceptEncoding, status == StatusCodes.Status415UnsupportedMediaType);
        Add(
            ContentDisposition,
            response.Content?.Keys.Any(type => type is CsvStatement.ContentType or AuditEventLines.ContentType) == true);

        void Add(string name, bool isCarried)
        {
            if (isCarried)
                (response.Headers ??= new Dictionary<string, IOpenApiHeader>())[name] = new OpenApiHeaderReference(name, document);
        }
    }
}
