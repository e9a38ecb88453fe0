namespace CreditSystem.VaultProxy.Policy;

/// <summary>Why a request was not forwarded; the label of the metric.</summary>
internal enum DenialReason
{
    None,
    PathMalformed,
    PathTooLong,
    PathTraversal,
    PathNotAllowed,
    MethodNotAllowed,
    QueryNotAllowed,
    NamespaceNotAllowed,
    HeaderAmbiguous,
    RequestHeaderMissing,
    BodyNotAllowed,
    BodyTooLarge,
    RateLimited,
    LoginGuarded,
    LoginMalformed,
}
