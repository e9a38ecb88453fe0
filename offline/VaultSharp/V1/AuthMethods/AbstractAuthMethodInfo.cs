using System.Text.Json.Serialization;
using VaultSharp.V1.Commons;

namespace VaultSharp.V1.AuthMethods;

public abstract class AbstractAuthMethodInfo : IAuthMethodInfo
{
    [JsonIgnore]
    public AuthInfo ReturnedLoginAuthInfo { get; internal set; }
}
