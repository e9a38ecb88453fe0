using System.Net;
using VaultSharp.V1.Commons;

namespace VaultSharp.V1.SystemBackend;

public interface ISystemBackend
{
    Task<HealthStatus> GetHealthStatusAsync(
        bool standbyOk = false, int activeStatusCode = (int)HttpStatusCode.OK, int standbyStatusCode = 429,
        int sealedStatusCode = (int)HttpStatusCode.ServiceUnavailable, int uninitializedStatusCode = (int)HttpStatusCode.NotImplemented,
        HttpMethod queryHttpMethod = null);

    Task<Secret<RenewedLease>> RenewLeaseAsync(string leaseId, int incrementSeconds);

    Task RevokeLeaseAsync(string leaseId);

    Task<Secret<TokenWrapData>> LookupTokenWrapInfoAsync(string tokenId);

    Task<Secret<TData>> UnwrapWrappedResponseDataAsync<TData>(string tokenId);
}
