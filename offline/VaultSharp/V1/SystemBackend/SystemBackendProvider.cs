using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using VaultSharp.Core;
using VaultSharp.V1.Commons;

namespace VaultSharp.V1.SystemBackend;

internal sealed class SystemBackendProvider(VaultRequests requests) : ISystemBackend
{
    public async Task<HealthStatus> GetHealthStatusAsync(
        bool standbyOk, int activeStatusCode, int standbyStatusCode, int sealedStatusCode, int uninitializedStatusCode, HttpMethod queryHttpMethod)
    {
        string[] query =
        [
            .. standbyOk ? ["standbyok=true"] : Array.Empty<string>(),
            .. Code("activecode", activeStatusCode, 200),
            .. Code("standbycode", standbyStatusCode, 429),
            .. Code("sealedcode", sealedStatusCode, 503),
            .. Code("uninitcode", uninitializedStatusCode, 501),
        ];
        var path = query.Length == 0 ? "sys/health" : $"sys/health?{string.Join('&', query)}";
        var code = default(HttpStatusCode);
        try
        {
            var status = await requests.SendAsync<HealthStatus>(queryHttpMethod ?? HttpMethod.Get, path, observe: received => code = received).ConfigureAwait(false);
            status.HttpStatusCode = (int)code;
            return status;
        }
        catch (VaultApiException exception) when (!string.IsNullOrWhiteSpace(exception.Message))
        {
            // A sealed Vault answers 503 with the same document.
            var status = JsonSerializer.Deserialize<HealthStatus>(exception.Message);
            status.HttpStatusCode = exception.StatusCode;
            return status;
        }
    }

    public Task<Secret<RenewedLease>> RenewLeaseAsync(string leaseId, int incrementSeconds) =>
        requests.SendAsync<Secret<RenewedLease>>(HttpMethod.Put, "sys/leases/renew", new { lease_id = leaseId, increment = incrementSeconds });

    public Task RevokeLeaseAsync(string leaseId) =>
        requests.SendAsync<JsonObject>(HttpMethod.Put, "sys/leases/revoke", new { lease_id = leaseId });

    public Task<Secret<TokenWrapData>> LookupTokenWrapInfoAsync(string tokenId) =>
        requests.SendAsync<Secret<TokenWrapData>>(HttpMethod.Post, "sys/wrapping/lookup", new { token = tokenId });

    public Task<Secret<TData>> UnwrapWrappedResponseDataAsync<TData>(string tokenId) =>
        requests.SendAsync<Secret<TData>>(HttpMethod.Post, "sys/wrapping/unwrap", new { token = tokenId });

    private static string[] Code(string name, int code, int usual) => code == usual ? [] : [$"{name}={code}"];
}
