using CreditSystem.Tests.EndToEnd;
using Microsoft.Playwright;

namespace CreditSystem.Tests.Observability;

/// <summary>What the dashboard shows of a resource at once, and what only on request.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class DashboardDetailsTests(AppHostFixture system)
{
    private const string Variable = "VAULT_DEV_ROOT_TOKEN_ID";

    [Fact]
    public async Task Covers_a_secret_in_the_environment_until_somebody_uncovers_it()
    {
        var secret = await system.ParameterAsync("vault-root-token");
        Assert.True(secret.Length > 10);
        await using var browser = await DashboardBrowser.StartAsync(system);

        for (var attempt = 1; await browser.Page.GetByText(Variable).CountAsync() == 0; attempt++)
        {
            Assert.True(attempt < 4, "the details were not opened");
            await browser.ChooseAsync("vault", "View details");
            await WaitAsync(browser.Page.GetByText(Variable).First);
        }

        Assert.DoesNotContain(secret, await browser.Page.ContentAsync(), StringComparison.Ordinal);
        await browser.RowOf(Variable).GetByTitle("Show value").ClickAsync();
        await Assertions.Expect(browser.RowOf(Variable)).ToContainTextAsync(secret, new() { Timeout = DashboardBrowser.Timeout });
    }

    [Fact]
    public async Task Shows_parameters_with_secret_ones_covered()
    {
        var secret = await system.ParameterAsync("vault-root-token");
        await using var browser = await DashboardBrowser.StartAsync(system);

        await browser.Page.GotoAsync($"{browser.Address}/?view=Parameters");
        await Assertions.Expect(browser.RowOf("vault-root-token")).ToContainTextAsync("●●●", new() { Timeout = DashboardBrowser.Timeout });

        Assert.DoesNotContain(secret, await browser.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_what_belongs_to_a_resource_below_it()
    {
        await using var browser = await DashboardBrowser.StartAsync(system);
        var child = browser.Page.GetByText("vault-rotation", new() { Exact = true });

        for (var attempt = 1; ; attempt++)
        {
            await browser.Page.GotoAsync(browser.Address);
            await Assertions.Expect(child.First).ToBeVisibleAsync(new() { Timeout = DashboardBrowser.Timeout });
            // Folds its parent up.
            await browser.RowOf("vault-bootstrap").Locator("fluent-button").First.ClickAsync();
            await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
            if (await child.CountAsync() == 0)
                break;
            Assert.True(attempt < 4, "vault-rotation is not below vault-bootstrap");
        }

        await Assertions.Expect(browser.RowOf("demo-traffic")).ToBeVisibleAsync();
    }

    private static async Task WaitAsync(ILocator locator)
    {
        try
        {
            await locator.WaitForAsync(new() { Timeout = 15_000 });
        }
        catch (TimeoutException)
        {
            // The next attempt clicks again.
        }
    }
}
