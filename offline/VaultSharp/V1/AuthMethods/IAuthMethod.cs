using VaultSharp.V1.AuthMethods.Token;

namespace VaultSharp.V1.AuthMethods;

public interface IAuthMethod
{
    ITokenAuthMethod Token { get; }

    Task PerformImmediateLogin();
}
