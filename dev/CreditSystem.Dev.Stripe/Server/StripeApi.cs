using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace CreditSystem.Dev.Stripe.Server;

/// <summary>What all routes have in common: the key of the caller, idempotency, errors, expansion. One call at a time.</summary>
internal sealed class StripeApi(
    DevStripeOptions options, ObjectStore store, EventLog events, Idempotency idempotency, Faults faults, TimeProvider time)
{
    private const int MaxBodyBytes = 1024 * 1024;

    private readonly Lock gate = new();

    /// <summary>Runs something on the objects, as an operator of Stripe would.</summary>
    public T Execute<T>(Func<T> operation)
    {
        lock (gate)
        {
            try
            {
                return operation();
            }
            finally
            {
                store.Commit();
            }
        }
    }

    public RequestDelegate Handle(Func<StripeRequest, JsonNode> operation, params string[] allowed) =>
        context => HandleAsync(context, operation, allowed);

    public RequestDelegate Unknown => context => HandleAsync(context, _ => throw new StripeFailure(
        404, "invalid_request_error", null,
        $"Unrecognized request URL ({context.Request.Method}: {context.Request.Path}), or not a part of this development server."), null);

    private async Task HandleAsync(HttpContext context, Func<StripeRequest, JsonNode> operation, string[]? allowed)
    {
        var (http, requestId) = (context.Request, Objects.NewId("req"));
        context.Response.Headers["Request-Id"] = requestId;
        context.Response.Headers["Stripe-Version"] = EventLog.ApiVersion;
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MaxBodyBytes;
        try
        {
            Authenticate(http);
            var parameters = new Parameters(
                HttpMethods.IsPost(http.Method) && http.HasFormContentType ? [.. http.Query, .. await http.ReadFormAsync()] : http.Query);
            if (allowed is not null && parameters.Names.FirstOrDefault(name => name != "expand" && !allowed.Contains(name)) is { } unknown)
                throw StripeFailure.Invalid($"Received unknown parameter: {unknown}", "parameter_unknown", unknown);
            var key = HttpMethods.IsPost(http.Method) && http.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
            var request = new StripeRequest($"{http.RouteValues["id"]}", parameters, requestId, key);
            await AnswerAsync(context, await RunAsync(context, operation, request));
        }
        catch (StripeFailure failure)
        {
            await AnswerAsync(context, Answer(failure, requestId));
        }
        catch (BadHttpRequestException failure)
        {
            await AnswerAsync(context, Answer(StripeFailure.Invalid(failure.Message), requestId));
        }
    }

    private async Task<Idempotency.Stored> RunAsync(
        HttpContext context, Func<StripeRequest, JsonNode> operation, StripeRequest request)
    {
        var (endpoint, parameters) = (context.Request.Path.ToString(), request.Parameters.Canonical);
        if (faults.TakeFailure())
            throw new StripeFailure(faults.FailureStatus, "api_error", null, "This error was asked for at the control page.");
        if (request.IdempotencyKey is { } key)
        {
            context.Response.Headers["Idempotency-Key"] = key;
            if (Execute(() => idempotency.Begin(key, endpoint, parameters)) is { } known)
            {
                context.Response.Headers["Idempotent-Replayed"] = "true";
                context.Response.Headers["Original-Request"] = known.RequestId;
                return known;
            }
        }

        if (faults.Delay > TimeSpan.Zero)
            await Task.Delay(faults.Delay, time);
        return Execute(() =>
        {
            var (answer, isStored) = Run(operation, request);
            if (request.IdempotencyKey is { } key)
                idempotency.End(key, endpoint, parameters, isStored ? answer : null);
            return answer;
        });
    }

    private (Idempotency.Stored Answer, bool IsStored) Run(Func<StripeRequest, JsonNode> operation, StripeRequest request)
    {
        events.Request = new JsonObject { ["id"] = request.RequestId, ["idempotency_key"] = request.IdempotencyKey };
        try
        {
            var answer = Objects.Public(operation(request))!;
            Expansion.Apply(answer, request.Parameters.Items("expand"), store.Find);
            return (new Idempotency.Stored(200, answer.ToJsonString(), request.RequestId), true);
        }
        catch (StripeFailure failure)
        {
            return (Answer(failure, request.RequestId), !failure.IsBeforeExecution);
        }
        finally
        {
            events.Request = null;
        }
    }

    private async Task AnswerAsync(HttpContext context, Idempotency.Stored answer)
    {
        if (HttpMethods.IsPost(context.Request.Method) && faults.TakeLoss())
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.Body);
    }

    private static Idempotency.Stored Answer(StripeFailure failure, string requestId) =>
        new(failure.Status, failure.ToJson().ToJsonString(), requestId);

    /// <summary>By a bearer token, or as the name of basic authentication, which curl's examples use.</summary>
    private void Authenticate(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        var given = header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..].Trim() : Basic(header);
        if (given is null)
            throw new StripeFailure(401, "invalid_request_error", null,
                "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.");
        if (given != options.SecretKey)
            throw new StripeFailure(
                401, "invalid_request_error", null, $"Invalid API Key provided: {given[..Math.Min(7, given.Length)]}****");
    }

    private static string? Basic(string header)
    {
        var bytes = new byte[512];
        return header.StartsWith("Basic ", StringComparison.Ordinal)
            && Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var written)
            ? Encoding.UTF8.GetString(bytes, 0, written).Split(':')[0]
            : null;
    }
}
