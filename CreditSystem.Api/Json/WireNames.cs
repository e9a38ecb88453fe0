using System.Collections.Frozen;

namespace CreditSystem.Api.Json;

/// <summary>Enumerations as the API spells them.</summary>
internal static class WireNames
{
    /// <summary>One that is a single word.</summary>
    public static string From<T>(T value)
        where T : struct, Enum => Words<T>.Of[value];

    public static DateTimeOffset Time(long unixMilliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);

    /// <summary>A time as the database gives it.</summary>
    public static DateTimeOffset Time(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));

    /// <inheritdoc cref="Time(DateTime)"/>
    public static DateTimeOffset? Time(DateTime? utc) => utc is { } time ? Time(time) : null;

    private static class Words<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> Of =
            Enum.GetValues<T>().ToFrozenDictionary(value => value, value => value.ToString().ToLowerInvariant());
    }
}
