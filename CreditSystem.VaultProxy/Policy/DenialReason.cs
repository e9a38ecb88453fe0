namespace CreditSystem.VaultProxy.Policy;

/// <summary>Why a request was not forwarded; the label of the metric.</summary>
internal enum DenialReason
{
    None,
    PathMalformed,
    PathTooLong,

    /// <summary>Told the cleaned path instead.</summary>
    PathUnclean,

    /// <summary>Not below <c>/v1/</c> in a way that Vault's server says 404 to.</summary>
    PathOutside,
    PathTraversal,
    PathNotAllowed,
    MethodNotAllowed,
    QueryNotAllowed,
    NamespaceNotAllowed,
    HeaderAmbiguous,
    RequestHeaderMissing,
    ClientCertificateMissing,
    BodyNotAllowed,
    BodyTooLarge,
    RateLimited,
    LoginGuarded,
    LoginMalformed,
}
