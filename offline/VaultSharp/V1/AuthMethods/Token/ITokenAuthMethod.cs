using VaultSharp.V1.AuthMethods.Token.Models;
using VaultSharp.V1.Commons;

namespace VaultSharp.V1.AuthMethods.Token;

public interface ITokenAuthMethod
{
    Task<Secret<CallingTokenInfo>> LookupSelfAsync();

    Task<AuthInfo> RenewSelfAsync(string increment = null);

    Task RevokeSelfAsync();
}
