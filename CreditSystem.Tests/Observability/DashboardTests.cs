using CreditSystem.Testing;
using CreditSystem.Tests.EndToEnd;
using Microsoft.Playwright;

namespace CreditSystem.Tests.Observability;

/// <summary>The Aspire dashboard as somebody sees it who opens it in a browser.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class DashboardTests(AppHostFixture system)
{
    private const float Timeout = DashboardBrowser.Timeout;

    private static readonly string[] Rows = ["mongodb", "redis", "vault", "vault-bootstrap", "vault-rotation", "vault-proxy", "api", "demo-traffic", "stripe"];

    private string Trace { get; } = System.Diagnostics.ActivityTraceId.CreateRandom().ToHexString();

    [Fact]
    public async Task Shows_what_runs_a_transfer_from_end_to_end_and_restarts_a_resource()
    {
        using var client = await system.CreateClientAsync("api");
        var shop = await Shopkeeper.RegisterAsync(client, "dashboard-shop");
        var (alice, bob) = (await shop.OpenAccountAsync("alice"), await shop.OpenAccountAsync("bob"));
        await shop.MoveAsync("issuance", alice, 1_000, "fund", "purchase");
        client.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        await shop.MoveAsync(alice, bob, 100, "order");

        await using var browser = await DashboardBrowser.StartAsync(system);
        await SeesAllRunningAsync(browser);
        await SeesTheGraphAsync(browser);
        await OpensTheTraceAsync(browser);
        await RestartsAsync(browser, "vault-proxy");
        await ReadsTheLogAsync(browser, "vault-proxy");
    }

    private static async Task SeesAllRunningAsync(DashboardBrowser browser)
    {
        await browser.Page.GotoAsync(browser.Address);
        foreach (var resource in new[] { "mongodb", "redis", "vault", "vault-proxy", "api" })
            await Assertions.Expect(browser.RowOf(resource)).ToContainTextAsync("Running", new() { Timeout = Timeout });
        var rows = (await browser.Page.Locator("tbody tr").AllInnerTextsAsync()).Select(row => row.Trim().Split('\n', StringSplitOptions.TrimEntries)).ToList();
        // No phantom, and no suffix, which Aspire gives to two resources of one name.
        Assert.All(rows.Where(row => row[0].Length > 0), row => Assert.Contains(row[0], Rows));
        Assert.DoesNotContain(rows, row => row.Contains("Unknown"));
        await SaveAsync(browser.Page, "dashboard-resources.png");
    }

    /// <summary>Who uses whom, the servers that only Vault tells the API of included.</summary>
    private static async Task SeesTheGraphAsync(DashboardBrowser browser)
    {
        await browser.Page.GotoAsync($"{browser.Address}/?view=Graph");
        foreach (var resource in new[] { "mongodb", "redis", "vault", "vault-proxy", "api" })
            await Assertions.Expect(browser.Page.Locator("svg").GetByText(resource, new() { Exact = true }).First).ToBeVisibleAsync(new() { Timeout = Timeout });
        await SaveAsync(browser.Page, "dashboard-graph.png");
    }

    /// <summary>One transfer is one trace, which names the servers that took part.</summary>
    private async Task OpensTheTraceAsync(DashboardBrowser browser)
    {
        await browser.Page.GotoAsync($"{browser.Address}/traces/detail/{Trace}");
        foreach (var part in new[] { "ledger.commit", "mongodb", "redis" })
            await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync(part, new() { Timeout = Timeout, IgnoreCase = true });
        await SaveAsync(browser.Page, "dashboard-trace.png");
    }

    private async Task RestartsAsync(DashboardBrowser browser, string resource)
    {
        var notifications = (await system.GetAsync()).ResourceNotifications;
        Assert.True(notifications.TryGetCurrentState(resource, out var before));

        // A person whose click did nothing clicks again.
        for (var attempt = 1; ; attempt++)
        {
            await browser.ChooseAsync(resource, "Restart");
            if (await RestartedAsync())
                break;
            Assert.True(attempt < 4, $"{resource} was not restarted");
        }

        await notifications.WaitForResourceHealthyAsync(resource, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMilliseconds(Timeout));

        async Task<bool> RestartedAsync()
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(30));
            try
            {
                await notifications.WaitForResourceAsync(resource, e => e.Snapshot.StartTimeStamp > before.Snapshot.StartTimeStamp, limit.Token);
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    private static async Task ReadsTheLogAsync(DashboardBrowser browser, string resource)
    {
        await browser.Page.GotoAsync($"{browser.Address}/consolelogs/resource/{resource}");
        await Assertions.Expect(browser.Page.Locator("body")).ToContainTextAsync("Hosting environment: Development", new() { Timeout = Timeout });
        await SaveAsync(browser.Page, "dashboard-console.png");
    }

    /// <summary>For the README, when somebody asks for it. Where the repository lies on this machine is not shown.</summary>
    private static async Task SaveAsync(IPage page, string file)
    {
        const string Hide = """
            root => {
                const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (texts.nextNode())
                    texts.currentNode.nodeValue = texts.currentNode.nodeValue.replaceAll(root, '/src/CreditSystem');
            }
            """;
        if (Environment.GetEnvironmentVariable("CREDIT_SYSTEM_WRITE_IMAGES") != "1")
            return;
        await page.EvaluateAsync(Hide, Repository.Root);
        await page.ScreenshotAsync(new() { Path = Repository.PathOf("docs", "images", file) });
    }
}
