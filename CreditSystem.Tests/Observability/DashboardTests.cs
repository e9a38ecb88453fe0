using CreditSystem.Tests.EndToEnd;
using Microsoft.Playwright;

namespace CreditSystem.Tests.Observability;

/// <summary>The Aspire dashboard as somebody sees it who opens it in a browser.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class DashboardTests(AppHostFixture system)
{
    private static readonly string[] Chromium =
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private const float Patience = 90_000;

    private string Trace { get; } = System.Diagnostics.ActivityTraceId.CreateRandom().ToHexString();

    private string Address => $"http://localhost:{system.DashboardPort}";

    [Fact]
    public async Task Shows_what_runs_a_transfer_from_end_to_end_and_restarts_a_resource()
    {
        using var client = await system.CreateClientAsync("api");
        var shop = await Shopkeeper.RegisterAsync(client, "dashboard-shop");
        var (alice, bob) = (await shop.OpenAccountAsync("alice"), await shop.OpenAccountAsync("bob"));
        await shop.MoveAsync("issuance", alice, 1_000, "fund", "purchase");
        client.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        await shop.MoveAsync(alice, bob, 100, "order");

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Chromium });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        page.SetDefaultTimeout(Patience);

        await SeesAllRunningAsync(page);
        await OpensTheTraceAsync(page);
        await RestartsAsync(page, "vault-proxy");
        await ReadsTheLogAsync(page, "vault-proxy");
    }

    private async Task SeesAllRunningAsync(IPage page)
    {
        await page.GotoAsync(Address);
        foreach (var resource in new[] { "mongodb", "redis", "vault", "vault-proxy", "api" })
            await Assertions.Expect(RowOf(page, resource)).ToContainTextAsync("Running", new() { Timeout = Patience });
        await SaveAsync(page, "dashboard-resources.png");
    }

    /// <summary>One transfer is one trace, which names the servers that took part.</summary>
    private async Task OpensTheTraceAsync(IPage page)
    {
        await page.GotoAsync($"{Address}/traces/detail/{Trace}");
        foreach (var part in new[] { "ledger.commit", "mongodb", "redis" })
            await Assertions.Expect(page.Locator("body")).ToContainTextAsync(part, new() { Timeout = Patience, IgnoreCase = true });
        await SaveAsync(page, "dashboard-trace.png");
    }

    private async Task RestartsAsync(IPage page, string resource)
    {
        var notifications = (await system.GetAsync()).ResourceNotifications;
        Assert.True(notifications.TryGetCurrentState(resource, out var before));

        // A click that comes before the page has its connection to the server goes nowhere, and a person clicks again.
        for (var attempt = 1; ; attempt++)
        {
            await page.GotoAsync(Address);
            await RowOf(page, resource).GetByTitle("Actions", new() { Exact = true }).ClickAsync();
            await page.Locator("fluent-menu-item", new() { HasText = "Restart" }).First.ClickAsync();
            if (await RestartedAsync())
                break;
            Assert.True(attempt < 4, $"{resource} was not restarted");
        }

        await notifications.WaitForResourceHealthyAsync(resource, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMilliseconds(Patience));

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

    private async Task ReadsTheLogAsync(IPage page, string resource)
    {
        await page.GotoAsync($"{Address}/consolelogs/resource/{resource}");
        await Assertions.Expect(page.Locator("body")).ToContainTextAsync("Waiting for resource 'vault'", new() { Timeout = Patience });
    }

    private static ILocator RowOf(IPage page, string resource) =>
        page.Locator("tr", new() { Has = page.GetByText(resource, new() { Exact = true }) }).First;

    /// <summary>For the README, when somebody asks for it.</summary>
    private static async Task SaveAsync(IPage page, string file)
    {
        if (Environment.GetEnvironmentVariable("CREDIT_SYSTEM_WRITE_IMAGES") == "1")
            await page.ScreenshotAsync(new() { Path = Deploy.Repository.PathOf("docs", "images", file) });
    }
}
