using CreditSystem.Tests.EndToEnd;
using Microsoft.Playwright;

namespace CreditSystem.Tests.Observability;

/// <summary>The documentation in a browser: narrow and wide, light and dark, with and without scripts.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class DocsBrowserTests(AppHostFixture system) : IAsyncLifetime
{
    private static readonly string[] Pages =
    [
        "", "getting-started", "concepts", "guides/grants", "guides/clients", "errors", "reference", "reference/transfers", "alerts",
        "performance", "changelog",
    ];

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private string _address = "";

    public async ValueTask InitializeAsync()
    {
        using var api = await system.CreateClientAsync("api");
        _address = $"http://{api.BaseAddress!.Authority}";
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = DashboardBrowser.Chromium });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task Every_page_fits_its_window_asks_nobody_else_and_breaks_no_policy(int width, ColorScheme scheme)
    {
        await using var context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme });
        var page = await context.NewPageAsync();
        var (complaints, asked) = (new List<string>(), new List<string>());
        page.Console += (_, message) => complaints.Add($"{page.Url}: {message.Type} {message.Text}");
        page.PageError += (_, error) => complaints.Add($"{page.Url}: {error}");
        page.Request += (_, request) => asked.Add(request.Url);

        foreach (var path in Pages)
        {
            var answer = await page.GotoAsync($"{_address}/docs/{path}");

            Assert.Equal((path, 200), (path, answer!.Status));
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{path} is wider than {width}");
            Assert.True(await page.Locator("main").IsVisibleAsync());
            // A heading may be called what a part of the layout is.
            var twice = "[...document.querySelectorAll('[id]')].map(one => one.id).filter((id, i, all) => all.indexOf(id) !== i).join()";
            Assert.Equal((path, ""), (path, await page.EvaluateAsync<string>(twice)));
        }

        Assert.Empty(complaints);
        Assert.All(asked, url => Assert.StartsWith(_address, url));
        var back = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        Assert.Equal(scheme == ColorScheme.Light ? "rgb(255, 255, 255)" : "rgb(18, 23, 30)", back);
    }

    [Fact]
    public async Task The_search_finds_a_page_by_keyboard_alone()
    {
        var page = await _browser.NewPageAsync();
        await page.GotoAsync($"{_address}/docs/");

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("capture_exceeds_hold");
        await page.Locator("#site-results [aria-selected=true]").WaitForAsync();
        // Awaited from before the key is pressed: the page may have come before the press is reported.
        var arrival = page.WaitForURLAsync("**/docs/errors#capture_exceeds_hold", new() { Timeout = DashboardBrowser.Timeout });
        await page.Keyboard.PressAsync("Enter");
        await arrival;

        Assert.True(await page.Locator("#capture_exceeds_hold").IsVisibleAsync());
    }

    [Fact]
    public async Task Without_scripts_everything_but_the_search_is_there()
    {
        await using var context = await _browser.NewContextAsync(new() { JavaScriptEnabled = false });
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{_address}/docs/");

        Assert.False(await page.Locator(".search").IsVisibleAsync());
        await page.Locator("#site-menu a", new() { HasText = "Holds" }).First.ClickAsync();
        Assert.Equal("Holds", await page.Locator("h1").InnerTextAsync());
        Assert.True(await page.Locator(".drawing svg").First.IsVisibleAsync());
    }

    [Fact]
    public async Task Light_and_dark_can_be_chosen_and_stay_chosen()
    {
        await using var context = await _browser.NewContextAsync(new() { ColorScheme = ColorScheme.Light });
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{_address}/docs/");
        await page.Locator("#site-theme").ClickAsync();
        await page.GotoAsync($"{_address}/docs/concepts");

        Assert.Equal("rgb(18, 23, 30)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }
}
