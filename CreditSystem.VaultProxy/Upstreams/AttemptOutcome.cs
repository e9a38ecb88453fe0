using System.Runtime.ExceptionServices;
using CreditSystem.VaultProxy.Forwarding;

namespace CreditSystem.VaultProxy.Upstreams;

internal enum AttemptKind
{
    /// <summary>Vault has responded.</summary>
    Responded,

    /// <summary>It may be otherwise the next time; whether Vault has done something is unknown.</summary>
    Failed,

    /// <summary>There was no connection, so nothing was sent.</summary>
    NotSent,

    /// <summary>The node has done nothing: it is not the active one, and does not reach it.</summary>
    NotActive,

    /// <summary>The node has done nothing: it has not yet seen the write that the caller's X-Vault-Index names.</summary>
    Behind,
}

/// <summary>What came of sending a request to one node.</summary>
internal readonly record struct AttemptOutcome
{
    public AttemptKind Kind { get; private init; }

    /// <summary>The label of the metric.</summary>
    public string Failure { get; private init; }

    public HttpResponseMessage? Response { get; private init; }

    /// <summary>The node that this one takes for the active one.</summary>
    public Uri? Active { get; private init; }

    private ExceptionDispatchInfo? Exception { get; init; }

    /// <param name="transformer">Holds the response's body, if it is a small one.</param>
    internal static AttemptOutcome FromResponse(HttpResponseMessage response, VaultHttpTransformer transformer)
    {
        var status = (int)response.StatusCode;
        if (NodeRedirect.Find(response, transformer.RawTarget) is { } active)
            return new AttemptOutcome { Kind = AttemptKind.NotActive, Failure = "redirect", Response = response, Active = active };
        if (status == 500 && VaultErrors.IsWithoutActiveNode(transformer.Buffered))
            return new AttemptOutcome { Kind = AttemptKind.NotActive, Failure = "500", Response = response };
        // A quota's 429 says what was exceeded; this one says nothing.
        if (status == 429 && transformer.NamesIndex && VaultErrors.IsEmpty(transformer.Buffered))
            return new AttemptOutcome { Kind = AttemptKind.Behind, Failure = "429", Response = response };
        return status switch
        {
            412 or 500 or 502 or 503 or 504 => new AttemptOutcome { Kind = AttemptKind.Failed, Failure = $"{status}", Response = response },
            _ => new AttemptOutcome { Kind = AttemptKind.Responded, Failure = "", Response = response },
        };
    }

    internal static AttemptOutcome FromException(Exception exception) => new()
    {
        Kind = IsNotSent(exception) ? AttemptKind.NotSent : AttemptKind.Failed,
        Failure = IsNotSent(exception) ? "connect" : "transport",
        Exception = ExceptionDispatchInfo.Capture(exception),
    };

    internal HttpResponseMessage GetResponse()
    {
        Exception?.Throw();
        return Response!;
    }

    // ConnectTimeout ends in a cancellation that nobody asked for.
    private static bool IsNotSent(Exception exception) => exception is OperationCanceledException
        or HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError
    };
}
