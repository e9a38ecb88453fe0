using System.Diagnostics;
using System.Text.RegularExpressions;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Observability;

public sealed partial class AlertTests
{
    [Fact]
    public async Task Prometheus_accepts_the_rules_and_the_scrape_configuration()
    {
        await PromtoolAsync("check", "config", "prometheus.yml");
        await PromtoolAsync("check", "rules", "rules/recording.yaml", "rules/alerts.yaml");
    }

    [Fact]
    public Task Every_alert_fires_and_is_silent_when_its_cases_say_so() => PromtoolAsync("test", "rules", "alerts.test.yaml");

    [Fact]
    public void Every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent()
    {
        var cases = MonitoringFiles.AlertTests.SelectMany(test => test.alert_rule_test).ToLookup(one => one.alertname, one => one.exp_alerts.Count > 0);

        Assert.NotEmpty(MonitoringFiles.Alerts);
        Assert.All(MonitoringFiles.Alerts, alert =>
        {
            Assert.Contains(true, cases[alert.alert!]);
            Assert.Contains(false, cases[alert.alert!]);
        });
    }

    [Fact]
    public void Every_alert_says_how_urgent_it_is_and_where_to_read_on()
    {
        var headings = File.ReadAllLines(Repository.PathOf("docs", "alerts.md")).Where(line => line.StartsWith('#')).Select(AnchorOf).ToHashSet();

        Assert.All(MonitoringFiles.Alerts, alert =>
        {
            Assert.Contains(alert.labels["severity"], new[] { "page", "ticket" });
            Assert.NotEmpty(alert.annotations["summary"]);
            var link = alert.annotations["runbook_url"].Split('#');
            Assert.Equal("docs/alerts.md", link[0]);
            Assert.True(headings.Contains(link[1]), $"docs/alerts.md has no heading whose anchor is #{link[1]}, which {alert.alert} links to.");
        });
    }

    /// <summary>As the usual renderers of Markdown make it.</summary>
    private static string AnchorOf(string heading) => NotInAnchors().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static async Task PromtoolAsync(params string[] arguments)
    {
        var result = await ToolProcess.RunAsync(new ProcessStartInfo("promtool", arguments) { WorkingDirectory = MonitoringFiles.Directory }, "Debian's package prometheus");

        Assert.True(result.ExitCode == 0, $"promtool {string.Join(' ', arguments)}:\n{result.Output}{result.Error}");
    }

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
