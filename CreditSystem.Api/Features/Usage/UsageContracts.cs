using System.Text.Json;
using CreditSystem.Api.Features.Transfers;

namespace CreditSystem.Api.Features.Usage;

/// <summary>What was used, burned down against the grants of the accounts.</summary>
/// <param name="Events">1 to 1,000 events, done in this order.</param>
public sealed record RecordUsageRequest(IReadOnlyList<UsageEvent> Events) : IBatchBody<RecordUsageRequest, UsageEvent>
{
    static string IBatchBody<RecordUsageRequest, UsageEvent>.ItemsMember => "events";

    bool IBatchBody<RecordUsageRequest, UsageEvent>.IsAtomic => false;

    RecordUsageRequest IBatchBody<RecordUsageRequest, UsageEvent>.With(IReadOnlyList<UsageEvent> items) => this with { Events = items };
}

/// <summary>One use. Whatever request brings it, it is charged once.</summary>
/// <param name="Id">The caller's name for the event, unique among a user's own or among those of the tenant's programs; 1 to 128
/// characters.</param>
/// <param name="Account">The id of the account that pays.</param>
/// <param name="Amount">Minor units: a positive integer, or a string of its digits.</param>
/// <param name="Metadata">Strings that are kept with the event, together with its id at most 1,024 bytes as JSON.</param>
public sealed record UsageEvent(
    string Id,
    string Account,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    SortedDictionary<string, string>? Metadata = null) : IBatchItem<UsageEvent>
{
    /// <summary>What is wrong with it, where it could not be read.</summary>
    [JsonIgnore]
    internal string? Unreadable { get; init; }

    // Its id is what its outcome is known by, if there is one.
    static UsageEvent IBatchItem<UsageEvent>.Unreadable(string raw, string problem) => new(IdIn(raw), raw, 0) { Unreadable = problem };

    private static string IdIn(string raw)
    {
        using var document = JsonDocument.Parse(raw);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("id", out var id)
            && id.ValueKind == JsonValueKind.String ? id.GetString()! : "";
    }
}

/// <summary>What became of each event.</summary>
/// <param name="Results">One for each event of the request, in its order.</param>
public sealed record UsageResults(IReadOnlyList<UsageResult> Results);

/// <param name="Event">The id of the event.</param>
/// <param name="Status">201 when it is charged, by this request or by an earlier one; else why not.</param>
/// <param name="Transfer">The transfer to <c>revenue</c>, where the status is 201; its allocations say which grants paid.</param>
/// <param name="Error">Why there is none, otherwise. It stays the outcome of this event.</param>
public sealed record UsageResult(string Event, int Status, TransferResponse? Transfer, ItemProblem? Error);
