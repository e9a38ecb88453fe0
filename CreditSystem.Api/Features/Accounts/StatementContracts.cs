namespace CreditSystem.Api.Features.Accounts;

/// <summary>A statement of account: written while it is read, however long it is.</summary>
/// <param name="Account">The account.</param>
/// <param name="Asset">What is counted.</param>
/// <param name="From">Where the period begins, inclusive.</param>
/// <param name="To">Where it ends, exclusive.</param>
/// <param name="OpeningBalance">What was posted before the period, in minor units.</param>
/// <param name="ClosingBalance">What was posted at its end.</param>
/// <param name="Entries">The entries of the period, oldest first, each with the balance after it.</param>
public sealed record StatementResponse(
    Guid Account, string Asset, DateTimeOffset From, DateTimeOffset To,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long OpeningBalance,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long ClosingBalance,
    IAsyncEnumerable<EntryResponse> Entries);
