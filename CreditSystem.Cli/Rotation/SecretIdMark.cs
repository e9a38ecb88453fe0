using System.Globalization;

namespace CreditSystem.Cli.Rotation;

/// <summary>
/// What a secret_id says of itself (its metadata): who made it, for which target of which cluster. Two clusters may name their
/// Secrets alike and share a Vault; what one of them has made is nothing that the other may end.
/// </summary>
/// <param name="MadeBy">The command.</param>
/// <param name="Target">The target's name for people.</param>
/// <param name="Holder">Tells the target from another one of that name: the Secret's uid, or the folder's own id; null where it has
/// none yet.</param>
/// <param name="Cluster">The cluster; null outside of one, or where it is not known.</param>
internal sealed record SecretIdMark(string MadeBy, string Target, string? Holder, string? Cluster)
{
    internal const string Rotation = "rotate-secret-id";
    internal const string Bootstrap = "bootstrap";

    /// <summary>As Vault takes it: a text with a flat object of texts.</summary>
    public string ToMetadata()
    {
        var metadata = new JsonObject { ["made_by"] = MadeBy, ["target"] = Target };
        if (Holder is not null)
            metadata["holder"] = Holder;
        if (Cluster is not null)
            metadata["cluster"] = Cluster;
        return metadata.ToJsonString();
    }

    public static SecretIdMark? Read(JsonNode? metadata) =>
        (string?)metadata?["made_by"] is { } maker && (string?)metadata["target"] is { } target
        ? new SecretIdMark(maker, target, (string?)metadata["holder"], (string?)metadata["cluster"])
        : null;
}

/// <summary>What Vault tells of a secret_id, without it.</summary>
/// <param name="Accessor">Names it.</param>
/// <param name="MadeAt">When.</param>
/// <param name="EndsAt">When it ends by itself; null for never.</param>
/// <param name="Mark">Null where it was made by hand, or by an earlier version.</param>
internal sealed record SecretIdInformation(string Accessor, DateTimeOffset MadeAt, DateTimeOffset? EndsAt, SecretIdMark? Mark)
{
    public static SecretIdInformation? Read(JsonNode? data) => (string?)data?["secret_id_accessor"] is { } accessor
        ? new SecretIdInformation(accessor, TimeIn(data["creation_time"])
            ?? DateTimeOffset.MaxValue, TimeIn(data["expiration_time"]), SecretIdMark.Read(data["metadata"]))
        : null;

    // Vault's word for never is the year 1.
    private static DateTimeOffset? TimeIn(JsonNode? value) =>
        DateTimeOffset.TryParse((string?)value, CultureInfo.InvariantCulture, out var time) && time.Year > 1 ? time : null;
}
