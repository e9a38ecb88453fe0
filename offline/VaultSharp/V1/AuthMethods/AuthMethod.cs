using VaultSharp.Core;
using VaultSharp.V1.AuthMethods.Token;

namespace VaultSharp.V1.AuthMethods;

internal sealed class AuthMethod(VaultRequests requests) : IAuthMethod
{
    public ITokenAuthMethod Token { get; } = new TokenAuthMethod(requests);

    public void ResetVaultToken() => requests.ResetToken();

    public Task PerformImmediateLogin() => requests.LoginNowAsync();
}
