using CreditSystem.Ledger.Model;

namespace CreditSystem.Api.Json;

/// <summary>Enumerations as the API spells them.</summary>
internal static class WireNames
{
    public static string From(HoldStatus status) => status switch
    {
        HoldStatus.Active => "active",
        HoldStatus.Captured => "captured",
        HoldStatus.Voided => "voided",
        _ => "expired",
    };

    public static DateTimeOffset Time(long unixMilliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);

    /// <summary>A time as the database gives it.</summary>
    public static DateTimeOffset Time(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));

    /// <inheritdoc cref="Time(DateTime)"/>
    public static DateTimeOffset? Time(DateTime? utc) => utc is { } time ? Time(time) : null;
}
