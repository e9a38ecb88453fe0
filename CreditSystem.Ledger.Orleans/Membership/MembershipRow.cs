using MongoDB.Bson;

namespace CreditSystem.Ledger.Orleans.Membership;

/// <summary>A member of the cluster as it is stored.</summary>
internal static class MembershipRow
{
    public const string Alive = "alive";

    /// <summary>Where the row of a replica is; a name may have no dots.</summary>
    public static string PathOf(SiloAddress replica) => $"rows.{replica.ToParsableString().Replace('.', '_')}";

    public static BsonDocument Write(MembershipEntry entry) => new()
    {
        ["address"] = entry.SiloAddress.ToParsableString(),
        ["status"] = (int)entry.Status,
        ["name"] = entry.SiloName ?? "",
        ["host"] = entry.HostName ?? "",
        ["proxy_port"] = entry.ProxyPort,
        ["role"] = entry.RoleName ?? "",
        ["update_zone"] = entry.UpdateZone,
        ["fault_zone"] = entry.FaultZone,
        ["started"] = Utc(entry.StartTime),
        [Alive] = Utc(entry.IAmAliveTime),
        ["suspects"] = new BsonArray((entry.SuspectTimes ?? []).Select(vote => new BsonDocument
        {
            ["by"] = vote.Item1.ToParsableString(),
            ["at"] = Utc(vote.Item2),
        })),
    };

    public static MembershipEntry Read(BsonDocument row) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(row["address"].AsString),
        Status = (SiloStatus)row["status"].ToInt32(),
        SiloName = row["name"].AsString,
        HostName = row["host"].AsString,
        ProxyPort = row["proxy_port"].ToInt32(),
        RoleName = row["role"].AsString,
        UpdateZone = row["update_zone"].ToInt32(),
        FaultZone = row["fault_zone"].ToInt32(),
        StartTime = row["started"].ToUniversalTime(),
        IAmAliveTime = row[Alive].ToUniversalTime(),
        SuspectTimes =
        [
            .. row["suspects"].AsBsonArray.Select(vote =>
                Tuple.Create(SiloAddress.FromParsableString(vote["by"].AsString), vote["at"].ToUniversalTime())),
        ],
    };

    private static DateTime Utc(DateTime at) => DateTime.SpecifyKind(at, DateTimeKind.Utc);
}
