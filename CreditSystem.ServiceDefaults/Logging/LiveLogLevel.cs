using Microsoft.Extensions.Options;

namespace CreditSystem.ServiceDefaults.Logging;

/// <summary>
/// Lets <c>monitoring:log_level</c>, which comes from Vault, decide how much is logged. It sets the level of every category
/// that has none of its own, and is the least that any category logs. Logging binds its own section to the whole
/// configuration's reload token, so a changed secret asks for the rules again without anything from here.
/// </summary>
internal sealed class LiveLogLevel(IConfiguration configuration) : IPostConfigureOptions<LoggerFilterOptions>
{
    internal const string ConfigurationKey = "monitoring:log_level";

    /// <summary>They write several lines for each request at the information level; what is worth a line, our own categories say.</summary>
    private static readonly string[] TalkativeCategories = ["Microsoft.AspNetCore", "System.Net.Http", "Polly"];

    /// <summary>
    /// A failed check is an error line for every time that somebody asks, and an outage is asked about all the time. What has
    /// changed, the parts concerned say once; the answer itself tells the rest.
    /// </summary>
    private const string HealthChecks = "Microsoft.Extensions.Diagnostics.HealthChecks";

    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        // In front of all others: of two rules for one category the later one counts, and that is the one somebody has configured.
        foreach (var category in TalkativeCategories)
            options.Rules.Insert(0, new LoggerFilterRule(null, category, LogLevel.Warning, null));
        options.Rules.Insert(0, new LoggerFilterRule(null, HealthChecks, LogLevel.Critical, null));
        Apply(options);
    }

    private void Apply(LoggerFilterOptions options)
    {
        if (LogLevels.Parse(configuration[ConfigurationKey]) is not { } level)
            return;
        options.MinLevel = level;
        for (var i = options.Rules.Count - 1; i >= 0; i--)
        {
            var rule = options.Rules[i];
            // A rule for one provider is an explicit choice of the operator, and stays.
            if (rule.ProviderName is not null || rule.LogLevel is not { } current)
                continue;
            options.Rules[i] = new LoggerFilterRule(null, rule.CategoryName, Level(rule, current, level), rule.Filter);
        }
    }

    private static LogLevel Level(LoggerFilterRule rule, LogLevel current, LogLevel level) =>
        rule.CategoryName is null || level > current ? level : current;
}
