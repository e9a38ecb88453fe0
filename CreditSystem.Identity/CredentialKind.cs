namespace CreditSystem.Identity;

/// <summary>What a caller has shown.</summary>
public static class CredentialKind
{
    public const string Token = "token";
    public const string ApiKey = "api_key";
}
