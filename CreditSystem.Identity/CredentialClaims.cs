namespace CreditSystem.Identity;

/// <summary>The claims of an authenticated caller; those of a token have the same names.</summary>
public static class CredentialClaims
{
    public const string Tenant = "tenant";

    /// <summary>Several in one claim, separated by spaces.</summary>
    public const string Scope = "scope";

    public const string Role = "role";

    /// <summary>The login that a token comes from.</summary>
    public const string Session = "sid";

    /// <summary>The id of the token or the API key; never a secret.</summary>
    public const string Credential = "credential";

    /// <summary>One of <see cref="Identity.CredentialKind"/>.</summary>
    public const string Kind = "credential_kind";

    /// <summary>The key that is in Redis once the credential has been revoked.</summary>
    public const string Revocation = "revocation";
}

/// <summary>What a caller has shown.</summary>
public static class CredentialKind
{
    public const string Token = "token";
    public const string ApiKey = "api_key";
}
