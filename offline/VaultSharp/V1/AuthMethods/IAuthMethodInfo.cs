using VaultSharp.V1.Commons;

namespace VaultSharp.V1.AuthMethods;

public interface IAuthMethodInfo
{
    AuthInfo ReturnedLoginAuthInfo { get; }
}
