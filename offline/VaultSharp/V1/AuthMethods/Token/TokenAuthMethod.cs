using System.Text.Json.Nodes;
using VaultSharp.Core;
using VaultSharp.V1.AuthMethods.Token.Models;
using VaultSharp.V1.Commons;

namespace VaultSharp.V1.AuthMethods.Token;

internal sealed class TokenAuthMethod(VaultRequests requests) : ITokenAuthMethod
{
    public Task<Secret<CallingTokenInfo>> LookupSelfAsync() =>
        requests.SendAsync<Secret<CallingTokenInfo>>(HttpMethod.Get, "auth/token/lookup-self");

    public async Task<AuthInfo> RenewSelfAsync(string increment = null)
    {
        var body = string.IsNullOrWhiteSpace(increment) ? null : new { increment };
        return (await requests.SendAsync<Secret<JsonObject>>(HttpMethod.Post, "auth/token/renew-self", body).ConfigureAwait(false)).AuthInfo;
    }

    public Task RevokeSelfAsync() => requests.SendAsync<JsonObject>(HttpMethod.Post, "auth/token/revoke-self");
}
