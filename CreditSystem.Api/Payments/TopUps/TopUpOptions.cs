namespace CreditSystem.Api.Payments.TopUps;

/// <summary>How accounts are topped up by themselves.</summary>
internal sealed class TopUpOptions
{
    public const string SectionName = "Payments:TopUps";

    /// <summary>How often the log is looked at for accounts that have fallen below their thresholds.</summary>
    [Range(50, 60_000)]
    public int PollMilliseconds { get; set; } = 500;

    /// <summary>After how long a charge whose outcome is not known is asked for again, in seconds.</summary>
    [Range(1, 3600)]
    public int ResumeSeconds { get; set; } = 30;

    /// <summary>The wait after a decline, in minutes; it doubles with each one, up to a day.</summary>
    [Range(1, 1440)]
    public int BackOffMinutes { get; set; } = 15;

    /// <summary>After how many declines in a row an account's top-up stops.</summary>
    [Range(1, 20)]
    public int MaxDeclines { get; set; } = 4;

    /// <summary>The most that a policy may allow in a day and in a month, minor units of the currency.</summary>
    [Range(1, long.MaxValue)]
    public long MaxPerDay { get; set; } = 5_000_00;

    [Range(1, long.MaxValue)]
    public long MaxPerMonth { get; set; } = 50_000_00;
}
