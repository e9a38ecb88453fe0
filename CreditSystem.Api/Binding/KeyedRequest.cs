using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace CreditSystem.Api.Binding;

/// <summary>A request that is safe to retry: who asks, under which Idempotency-Key.</summary>
internal abstract class KeyedRequest(HttpContext context)
{
    /// <summary>Who asks.</summary>
    public RequestCaller Caller { get; } = RequestCaller.From(context.User);

    /// <summary>The key, and what it stands for.</summary>
    public IdempotencyKey Key { get; protected init; }

    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>Says in the answer that it is the one of the first time.</summary>
    public void MarkReplayed() => context.Response.Headers[IdempotencyKey.ReplayedHeaderName] = "true";
}

/// <summary>
/// A request that is safe to retry, with its body. Where it may come without a body, or without a key, the parameter says so.
/// </summary>
internal sealed class KeyedRequest<T> : KeyedRequest, IBoundParameter, IBindableFromHttpContext<KeyedRequest<T>>,
    IEndpointParameterMetadataProvider
    where T : class
{
    private KeyedRequest(HttpContext context, Validated<T> read)
        : base(context)
    {
        if (read.TryGet(out var body, out var problem) && IdempotencyKey.Create(context, Caller, body).TryGet(out var key, out problem))
            (Body, Key) = (body, key);
        Problem = problem;
    }

    /// <summary>What is asked for.</summary>
    public T Body { get; } = null!;

    public ProblemHttpResult? Problem { get; }

    public static async ValueTask<KeyedRequest<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(context, await JsonBody.ReadAsync<T>(context));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        JsonBody.Describe<T>(parameter, builder);
        builder.Metadata.Add(new IdempotencyKeyMetadata(
            ((RouteEndpointBuilder)builder).RoutePattern.RawText!.TrimEnd('/'),
            IsRequired: !parameter.IsDefined(typeof(OptionalKeyAttribute))));
    }
}

/// <summary>The request may come without an Idempotency-Key, and is then done each time that it comes.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class OptionalKeyAttribute : Attribute;

/// <summary>The route reads an Idempotency-Key.</summary>
/// <param name="Route">The template of the route, which the fingerprint of a request begins with.</param>
/// <param name="IsRequired">Without one it answers 400.</param>
internal sealed record IdempotencyKeyMetadata(string Route, bool IsRequired);
