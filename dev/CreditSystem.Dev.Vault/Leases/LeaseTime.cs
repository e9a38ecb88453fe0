using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Leases;

/// <summary>How long a token or lease may live (Vault's <c>framework.CalculateTTL</c>).</summary>
internal static class LeaseTime
{
    public static readonly TimeSpan SystemDefault = TimeSpan.FromHours(768);
    public static readonly TimeSpan SystemMax = TimeSpan.FromHours(768);

    internal sealed record Terms(TimeSpan Increment, TimeSpan Ttl, TimeSpan MaxTtl, TimeSpan ExplicitMaxTtl, TimeSpan Period);

    /// <summary>Terms are counted in whole seconds.</summary>
    public static DateTimeOffset Whole(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));

    /// <exception cref="VaultFault">Its maximum has passed.</exception>
    public static (TimeSpan Ttl, IReadOnlyList<string> Warnings) Calculate(Terms terms, DateTimeOffset start, DateTimeOffset now)
    {
        var max = Smallest(SystemMax, terms.MaxTtl, terms.ExplicitMaxTtl);
        if (terms.Period > TimeSpan.Zero)
        {
            var period = terms.Period < max ? terms.Period : max;
            return terms.ExplicitMaxTtl > TimeSpan.Zero ? Cap(period, start + terms.ExplicitMaxTtl - now) : (period, []);
        }

        var ttl = terms.Increment > TimeSpan.Zero ? terms.Increment : terms.Ttl > TimeSpan.Zero ? terms.Ttl : SystemDefault;
        return Cap(ttl, start + max - now);
    }

    private static (TimeSpan, IReadOnlyList<string>) Cap(TimeSpan ttl, TimeSpan left)
    {
        if (left <= TimeSpan.Zero)
            throw VaultFault.BadRequest("past the max TTL, cannot renew");
        return ttl <= left
            ? (ttl, [])
            : (left, [$"TTL of \"{GoDuration.Format(ttl)}\" exceeded the effective max_ttl of \"{GoDuration.Format(left)}\"; TTL value is capped accordingly"]);
    }

    private static TimeSpan Smallest(params ReadOnlySpan<TimeSpan> limits)
    {
        var smallest = TimeSpan.MaxValue;
        foreach (var limit in limits)
            smallest = limit > TimeSpan.Zero && limit < smallest ? limit : smallest;
        return smallest;
    }
}
