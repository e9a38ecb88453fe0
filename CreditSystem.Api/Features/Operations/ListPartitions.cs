using CreditSystem.Ledger.Orleans.Status;

namespace CreditSystem.Api.Features.Operations;

/// <summary><c>GET /ledger/partitions</c>: which replica owns which log. Any replica answers for all.</summary>
internal static class ListPartitions
{
    public static async Task<JsonHttpResult<ClusterStatus>> HandleAsync(
        ClusterStatusReader cluster, CancellationToken cancellationToken) =>
        TypedResults.Json(await cluster.ReadAsync(cancellationToken), OperationsJson.Default.ClusterStatus);
}
