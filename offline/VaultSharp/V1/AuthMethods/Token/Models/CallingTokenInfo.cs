namespace VaultSharp.V1.AuthMethods.Token.Models;

public class CallingTokenInfo
{
}
