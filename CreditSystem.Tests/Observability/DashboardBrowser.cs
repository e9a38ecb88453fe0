using CreditSystem.Tests.EndToEnd;
using Microsoft.Playwright;

namespace CreditSystem.Tests.Observability;

/// <summary>A browser with one page, for the dashboard of the running AppHost.</summary>
internal sealed class DashboardBrowser : IAsyncDisposable
{
    internal const float Timeout = 90_000;

    internal static readonly string[] Chromium =
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private DashboardBrowser(IPlaywright playwright, IBrowser browser, IPage page, string address) => (_playwright, _browser, Page, Address) = (playwright, browser, page, address);

    internal IPage Page { get; }

    internal string Address { get; }

    /// <summary>
    /// The dashboard's table may use an object of its own that it has disposed of already (Blazor's Virtualize), and then asks
    /// to be reloaded. Somebody who sees that does so.
    /// </summary>
    internal static async Task<DashboardBrowser> StartAsync(AppHostFixture system)
    {
        var (address, login) = await system.DashboardAsync();
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Chromium });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        page.SetDefaultTimeout(Timeout);
        await page.AddLocatorHandlerAsync(page.GetByText("An unhandled error has occurred"), _ => page.ReloadAsync());
        var dashboard = new DashboardBrowser(playwright, browser, page, address);
        await page.GotoAsync(address + login);
        // To leave a page that is about to fill its table is what it sometimes fails of.
        await dashboard.RowOf("api").WaitForAsync();
        return dashboard;
    }

    /// <summary>The row of a table that names it.</summary>
    internal ILocator RowOf(string name) => Page.Locator("tr", new() { Has = Page.GetByText(name, new() { Exact = true }) }).First;

    /// <summary>Clicks in the menu of a resource. A click that comes before the page has its connection to the server goes nowhere.</summary>
    internal async Task ChooseAsync(string resource, string command)
    {
        await Page.GotoAsync(Address);
        await RowOf(resource).GetByTitle("Actions", new() { Exact = true }).ClickAsync();
        await Page.Locator("fluent-menu-item", new() { HasText = command }).First.ClickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
