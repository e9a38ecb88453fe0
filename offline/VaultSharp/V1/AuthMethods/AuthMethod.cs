using VaultSharp.Core;
using VaultSharp.V1.AuthMethods.Token;

namespace VaultSharp.V1.AuthMethods;

internal sealed class AuthMethod(VaultRequests requests) : IAuthMethod
{
    public ITokenAuthMethod Token { get; } = new TokenAuthMethod(requests);

    public Task PerformImmediateLogin() => requests.LoginNowAsync();
}
