using System.Text.Json;
using System.Text.RegularExpressions;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults.Logging;
using Microsoft.AspNetCore.Diagnostics;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.Api.Problems;

/// <summary>Turns an exception that nobody expected into a problem that gives nothing away but the trace id.</summary>
internal sealed partial class FailureHandler(
    IProblemDetailsService problems, ILogger<FailureHandler> logger, TimeProvider time) : IExceptionHandler
{
    private readonly RepeatedLineFilter outages = new(logger, time);

    /// <summary>The client has gone; nginx's number for it, seen in logs only.</summary>
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        var (status, code, detail) = Describe(httpContext, exception);
        Report(httpContext, exception, status);
        httpContext.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable)
            httpContext.Response.Headers.RetryAfter = "1";

        await problems.WriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Status = status, Detail = detail, Extensions = { [ApiProblems.CodeMember] = code } },
        });
        return true;
    }

    private static (int Status, string Code, string Detail) Describe(HttpContext context, Exception exception) => exception switch
    {
        // Two numbers are none.
        BadHttpRequestException bad when UnboundParameter().IsMatch(bad.Message)
            && QueryStrings.FindRepeated(context.Request.Query) is { } name =>
            (StatusCodes.Status400BadRequest, ProblemCodes.RepeatedParameter, QueryStrings.Repeated(context.Request.Query, name)),
        BadHttpRequestException bad => (bad.StatusCode, ProblemCodes.From(bad.StatusCode), DetailOf(bad)),
        JsonException json => (StatusCodes.Status400BadRequest, ProblemCodes.Malformed, DetailOf(json)),
        SecretUnavailableException =>
            (StatusCodes.Status503ServiceUnavailable, ProblemCodes.SecretUnavailable,
                "A secret that this needs is not available. Try again later."),
        VaultUnavailableException =>
            (StatusCodes.Status503ServiceUnavailable, ProblemCodes.SecretUnavailable,
                "Vault, which decrypts personal data, does not answer. Nothing was changed; try again later."),
        MongoException or TimeoutException or RedisException =>
            (StatusCodes.Status503ServiceUnavailable, ProblemCodes.StorageUnavailable,
                "The storage does not answer. Try again with the same Idempotency-Key."),
        _ =>
            (StatusCodes.Status500InternalServerError, ProblemCodes.InternalError,
                "Something went wrong here. Quote the traceId when you report it."),
    };

    private static string DetailOf(BadHttpRequestException bad) =>
        bad.InnerException is JsonException json ? DetailOf(json)
        : UnboundParameter().Match(bad.Message) is { Success: true } parameter
        ? NoPossibleValue(JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Groups[1].Value))
        : bad.Message;

    internal static string NoPossibleValue(string parameter) => $"The value of {parameter} is not one that it can have.";

    /// <summary>The framework's messages have the .NET type of the parameter before its name, which is .NET's as well.</summary>
    [GeneratedRegex("parameter \"[^\"]* (\\w+)\"")]
    private static partial Regex UnboundParameter();

    /// <summary>The serializer's own messages name .NET types and may quote the input.</summary>
    private static string DetailOf(JsonException json) => json.Path is null or "" or "$"
        ? "The request body does not match the expected schema."
        : $"The request body does not match the expected schema, at {Shortened(json.Path)}.";

    private static string Shortened(string path) => path.Length <= 100 ? path : path[..100] + "…";

    private void Report(HttpContext context, Exception exception, int status)
    {
        // The middleware that catches exceptions takes the endpoint off the context, and keeps it here.
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
        var route = endpoint?.DisplayName ?? "no route";
        if (status == StatusCodes.Status500InternalServerError)
            Log.Failed(logger, exception, context.Request.Method, route);
        else if (status == StatusCodes.Status503ServiceUnavailable)
            Log.StorageFailed(outages, exception, context.Request.Method, route);
    }

    private static partial class Log
    {
        [LoggerMessage(1000, LogLevel.Error, "{Method} {Route} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string route);

        [LoggerMessage(1001, LogLevel.Warning, "{Method} {Route}: what it needs does not answer")]
        public static partial void StorageFailed(ILogger logger, Exception exception, string method, string route);
    }
}
