using System.Text.Json.Serialization;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>What one replica of the proxy knows of logins. Times are ages in milliseconds, so that no clocks need to agree.</summary>
/// <param name="Replica">Tells a replica its own report from those of others.</param>
internal sealed record PeerReport(Guid Replica, IReadOnlyList<PeerRole> Roles, IReadOnlyList<PeerPair> Pairs);

/// <param name="Role">A hash of the role_id in its namespace.</param>
/// <param name="Succeeded">The age of the last login that worked; failures before it no longer count.</param>
/// <param name="UnderWay">Logins at this replica whose responses are not there yet.</param>
internal sealed record PeerRole(string Role, IReadOnlyList<PeerFailure> Failures, double? Succeeded, IReadOnlyList<PeerLogin> UnderWay);

internal sealed record PeerFailure(Guid Id, double Age);

internal sealed record PeerLogin(string Pair, long Ticket, bool IsAdmitted);

/// <param name="Pair">A hash of a role_id with a secret_id.</param>
/// <param name="Good">Since when it is known to work.</param>
/// <param name="Bad">Since when it is known to be refused.</param>
internal sealed record PeerPair(string Pair, double? Good, double? Bad);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PeerReport))]
internal sealed partial class PeerReportJson : JsonSerializerContext;
