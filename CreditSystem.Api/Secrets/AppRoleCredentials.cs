namespace CreditSystem.Api.Secrets;

/// <summary>What a login sends. Its text never holds the secret_id.</summary>
internal sealed record AppRoleCredentials(string RoleId, string SecretId)
{
    public override string ToString() => nameof(AppRoleCredentials);
}
