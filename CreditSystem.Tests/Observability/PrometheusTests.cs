using System.Net;
using System.Net.Http.Json;
using CreditSystem.Testing;
using CreditSystem.Tests.EndToEnd;

namespace CreditSystem.Tests.Observability;

/// <summary>What dashboards and alerts ask for is there, in the system as the AppHost runs it.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class PrometheusTests(AppHostFixture system)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>They show faults, of which this system has none.</summary>
    private static readonly HashSet<string> EmptyWithoutFaults = ["Errors by route", "Exceptions"];

    // Only a service that has a certificate says when it ends; here none has.
    private static readonly HashSet<string> OfCertificates = ["credit_system_certificate_ttl_seconds", "credit_system_certificate_authority_ttl_seconds"];

    [Fact]
    public async Task Every_metric_of_every_panel_rule_and_alert_is_in_a_scrape_of_the_running_system()
    {
        using var client = await system.CreateClientAsync("api");
        await (await OpenShopAsync(client, "metrics-shop"))(0);
        using var api = await system.CreateClientAsync("api", "management");
        using var proxy = await system.CreateClientAsync("vault-proxy", "management");
        await Scrape.UntilAsync(api, "credit_system_webhook_lag_seconds");
        await Scrape.UntilAsync(api, "credit_system_webhook_attempts_total");
        var known = (await Scrape.UntilAsync(api, "credit_system_ledger_audit_age_seconds")).Names.Concat((await Scrape.OfAsync(proxy)).Names)
            .Concat(MonitoringFiles.Rules.Select(rule => rule.record).OfType<string>()).Append("up").Concat(OfCertificates).ToHashSet();

        var asked = MonitoringFiles.Rules.Select(rule => (Where: rule.alert ?? rule.record!, Query: rule.expr))
            .Concat(PanelQuery.All.Select(panel => (Where: $"{panel.Dashboard}, {panel.Panel}", panel.Query)))
            .SelectMany(one => MonitoringFiles.MetricsOf(one.Query).Select(metric => (one.Where, Metric: metric))).ToList();

        Assert.True(asked.Count > 50);
        Assert.Empty(asked.Where(one => !known.Contains(one.Metric)).Select(one => $"{one.Where}: {one.Metric}"));
    }

    [Theory]
    [InlineData("api")]
    [InlineData("vault-proxy")]
    public async Task Each_service_says_which_instance_of_what_it_is(string service)
    {
        using var client = await system.CreateClientAsync(service, "management");

        var target = Assert.Single((await Scrape.OfAsync(client)).Of("target_info"));

        Assert.Equal(("credit-system", service), (target.Labels["service_namespace"], target.Labels["service_name"]));
        Assert.Matches(@"^\d+\.\d+\.\d+", target.Labels["service_version"]);
        Assert.NotEmpty(target.Labels["service_instance_id"]);
    }

    [Fact]
    public async Task Prometheus_scrapes_it_and_the_queries_of_all_dashboards_return_data()
    {
        using var client = await system.CreateClientAsync("api");
        var use = await OpenShopAsync(client, "prometheus-shop");
        using var api = await system.CreateClientAsync("api", "management");
        using var proxy = await system.CreateClientAsync("vault-proxy", "management");
        await using var prometheus = await PrometheusServer.StartAsync(new Dictionary<string, Uri> { ["api"] = api.BaseAddress!, ["vault-proxy"] = proxy.BaseAddress! });
        using var timeout = new CancellationTokenSource(Timeout);

        var empty = PanelQuery.All.Where(panel => !EmptyWithoutFaults.Contains(panel.Panel)).ToList();
        Assert.NotEmpty(empty);
        for (var turn = 0; empty.Count > 0 && !timeout.IsCancellationRequested; turn++)
        {
            // Rates need two samples with something in between.
            await use(turn);
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            empty = await StillEmptyAsync(prometheus, empty);
        }

        Assert.Empty(empty.Select(panel => $"{panel.Dashboard}, {panel.Panel}: {panel.Query}"));
        Assert.Empty((await prometheus.QueryAsync("ALERTS{alertstate=\"firing\"}")).Select(alert => (string?)alert!["metric"]!["alertname"]));
    }

    private static async Task<List<PanelQuery>> StillEmptyAsync(PrometheusServer prometheus, List<PanelQuery> panels)
    {
        var empty = new List<PanelQuery>();
        foreach (var panel in panels)
        {
            if ((await prometheus.QueryAsync(panel.Query)).Count == 0)
                empty.Add(panel);
        }

        return empty;
    }

    /// <summary>
    /// A shop whose every turn is a transfer, the same again, and one that is refused: whatever the dashboards tell apart. It
    /// wants to be told, at an address that there never is (RFC 2606).
    /// </summary>
    private static async Task<Func<int, Task>> OpenShopAsync(HttpClient client, string tenant)
    {
        var shop = await Shopkeeper.RegisterAsync(client, tenant);
        using (var endpoint = await client.PostAsJsonAsync("/v1/webhook-endpoints", new { url = "https://hooks.invalid/" }, TestContext.Current.CancellationToken))
            Assert.Equal(HttpStatusCode.Created, endpoint.StatusCode);
        var (alice, bob) = (await shop.OpenAccountAsync("alice"), await shop.OpenAccountAsync("bob"));
        Assert.Equal(HttpStatusCode.Created, (await shop.MoveAsync("issuance", alice, 1_000_000, "fund", "purchase")).StatusCode);
        return async turn =>
        {
            Assert.Equal(HttpStatusCode.Created, (await shop.MoveAsync(alice, bob, 1, $"order-{turn}")).StatusCode);
            Assert.Equal(HttpStatusCode.Created, (await shop.MoveAsync(alice, bob, 1, $"order-{turn}")).StatusCode);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await shop.MoveAsync(bob, alice, 50_000_000, $"too-much-{turn}")).StatusCode);
        };
    }
}
