namespace CreditSystem.Api.Problems;

/// <summary>Codes that more than one feature answers with. They are part of the API: add, never rename.</summary>
internal static class ProblemCodes
{
    public const string Malformed = "malformed";
    public const string AuthRequired = "AUTH_REQUIRED";
    public const string TokenInvalid = "TOKEN_INVALID";
    public const string ApiKeyInvalid = "API_KEY_INVALID";
    public const string MissingScope = "missing_scope";
    public const string NotFound = "not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string PayloadTooLarge = "payload_too_large";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string RateLimited = "rate_limited";
    public const string HeadersTooLarge = "headers_too_large";
    public const string InternalError = "internal_error";
    public const string StorageUnavailable = "storage_unavailable";
    public const string SecretUnavailable = "secret_unavailable";
    public const string Timeout = "timeout";
    public const string RequestTimeout = "request_timeout";
    public const string RepeatedParameter = "repeated_parameter";
    public const string UriTooLong = "uri_too_long";

    /// <summary>The code of an error that was answered with a status alone.</summary>
    public static string From(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => AuthRequired,
        StatusCodes.Status403Forbidden => MissingScope,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status408RequestTimeout => RequestTimeout,
        StatusCodes.Status413PayloadTooLarge => PayloadTooLarge,
        StatusCodes.Status414UriTooLong => UriTooLong,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status429TooManyRequests => RateLimited,
        StatusCodes.Status431RequestHeaderFieldsTooLarge => HeadersTooLarge,
        StatusCodes.Status503ServiceUnavailable => StorageUnavailable,
        StatusCodes.Status504GatewayTimeout => Timeout,
        < StatusCodes.Status500InternalServerError => Malformed,
        _ => InternalError,
    };
}
