using CreditSystem.Ledger.Orleans.Status;

namespace CreditSystem.Api.Features.Operations;

/// <param name="Name">Its name: that of its pod.</param>
/// <param name="Address">Where the others reach it, with the time of its start; absent without a cluster.</param>
/// <param name="State">single (there is no cluster), joining, active or leaving.</param>
/// <param name="Silence">Why it has not answered.</param>
/// <param name="Owned">How many logs it owns.</param>
/// <param name="Taken">How often it has become the owner of one, since it started.</param>
/// <param name="HandedOver">How often it has handed one over.</param>
/// <param name="Lost">How often it found another replica's block where its own was to be.</param>
public sealed record ReplicaResponse(
    string Name, string? Address, string State, string? Silence, int Owned, long Taken, long HandedOver, long Lost);

/// <param name="Partition">The number of the log.</param>
/// <param name="State">owned, unowned (nothing is committed), unknown (a replica that does not answer may own it) or disputed.</param>
/// <param name="Owners">The names of the replicas that say that they own it.</param>
/// <param name="Since">Since when; of several, the last.</param>
/// <param name="Taken">How often a replica that has answered has become its owner.</param>
/// <param name="Block">The number of its last block.</param>
/// <param name="LagRecords">Records that are not in the projection yet.</param>
/// <param name="LagSeconds">How long the oldest of them has waited.</param>
/// <param name="Waiting">Commands that wait for a commit.</param>
/// <param name="Forwarded">Commands that wait at other replicas for an answer of the owner.</param>
public sealed record PartitionResponse(
    int Partition, string State, IReadOnlyList<string> Owners, DateTimeOffset? Since, long Taken, long Block, long LagRecords,
    double LagSeconds, int Waiting, int Forwarded);

/// <param name="Settled">Whether every log has one owner, and every replica has answered.</param>
public sealed record PartitionsResponse(
    bool Settled, IReadOnlyList<ReplicaResponse> Replicas, IReadOnlyList<PartitionResponse> Partitions);

/// <summary><c>GET /ledger/partitions</c>: which replica owns which log. Any replica answers for all.</summary>
internal static class ListPartitions
{
    public static async Task<JsonHttpResult<PartitionsResponse>> HandleAsync(
        ClusterStatusReader cluster, CancellationToken cancellationToken)
    {
        var status = await cluster.ReadAsync(cancellationToken);
        return TypedResults.Json(
            new PartitionsResponse(status.IsSettled, [.. status.Replicas.Select(From)], [.. status.Logs.Select(From)]),
            OperationsJson.Default.PartitionsResponse);
    }

    private static ReplicaResponse From(ReplicaStatus replica) => new(
        replica.Name, replica.Address, WireNames.From(replica.State), replica.Silence, replica.Owned, replica.Taken, replica.HandedOver,
        replica.Lost);

    private static PartitionResponse From(OwnedLog log) => new(
        log.Number, WireNames.From(log.State), log.Owners, log.Since, log.Taken, log.Head, log.Unprojected, Math.Round(log.LagSeconds, 3),
        log.Waiting, log.Forwarded);
}
