namespace VaultSharp.V1.AuthMethods.Token;

public class TokenAuthMethodInfo : AbstractAuthMethodInfo
{
    public TokenAuthMethodInfo(string vaultToken)
    {
        ArgumentNullException.ThrowIfNull(vaultToken);
        VaultToken = vaultToken;
    }

    public string VaultToken { get; }
}
