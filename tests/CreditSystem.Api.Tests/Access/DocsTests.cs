using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CreditSystem.Api.Docs;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Access;

/// <summary>The documentation as the API serves it.</summary>
public sealed partial class DocsTests : IAsyncLifetime
{
    private AccessHost host = null!;

    public async ValueTask InitializeAsync() => host = await AccessHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private static readonly string[] Pages = [.. new SiteFiles().Paths.Where(path => !Path.HasExtension(path))];

    [Fact]
    public async Task Has_a_page_for_each_document_and_loads_nothing_from_elsewhere()
    {
        Assert.Superset(new HashSet<string> { "", "reference", "reference/transfers", "getting-started", "guides/holds", "errors", "operations", "changelog", "security" }, Pages.ToHashSet());
        foreach (var page in Pages)
        {
            var answer = await ReadAsync($"/docs/{page}");

            Assert.Equal((page, 200, "text/html"), (page, answer.Status, answer.Response.Content.Headers.ContentType?.MediaType));
            Assert.All(Loaded().Matches(answer.Text), found => Assert.StartsWith("/docs/", found.Groups[1].Value));
            Assert.DoesNotMatch(InPage(), answer.Text);
            Assert.Single(Regex.Matches(answer.Text, "<h1"));
        }
    }

    [Fact]
    public async Task Every_link_leads_to_a_page_and_to_a_heading_that_it_has()
    {
        var texts = new Dictionary<string, string>();
        foreach (var page in Pages)
            texts[$"/docs/{page}"] = (await ReadAsync($"/docs/{page}")).Text;
        texts["/openapi/v1.json"] = "";

        var broken = from page in texts
                     from link in Links().Matches(page.Value)
                     let target = link.Groups[1].Value
                     where !target.StartsWith("http", StringComparison.Ordinal) && !Path.HasExtension(target) || target.Contains(".json", StringComparison.Ordinal)
                     let parts = (target.StartsWith('#') ? page.Key + target : target).Split('#')
                     where !texts.TryGetValue(parts[0], out var text) || parts.Length > 1 && parts[1] != "site-menu" && !text.Contains($"id=\"{parts[1]}\"", StringComparison.Ordinal)
                     select $"{page.Key}: {target}";

        Assert.Empty(broken);
    }

    [Fact]
    public async Task What_a_page_loads_is_there_and_need_not_be_loaded_twice()
    {
        var page = (await ReadAsync("/docs/")).Text;
        foreach (var asset in Loaded().Matches(page).Select(found => found.Groups[1].Value).Where(Path.HasExtension))
        {
            var answer = await ReadAsync(asset);
            Assert.Equal((asset, 200), (asset, answer.Status));
            Assert.Contains("max-age=31536000", answer.Response.Headers.CacheControl?.ToString());
        }

        var first = await ReadAsync("/docs/");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/docs/");
        again.Headers.IfNoneMatch.Add(first.Response.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await host.Client().SendAsync(again, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task The_search_knows_every_section_and_every_operation()
    {
        var entries = JsonNode.Parse((await ReadAsync("/docs/search.json")).Text)!.AsArray().Select(entry => (string)entry!["url"]!).ToList();

        Assert.True(entries.Count > 200, $"{entries.Count}");
        Assert.Contains("/docs/errors#insufficient_funds", entries);
        Assert.Contains(entries, url => url.StartsWith("/docs/reference/", StringComparison.Ordinal));
        foreach (var page in entries.Select(url => url.Split('#')[0]).Distinct())
            Assert.Equal((page, 200), (page, (await ReadAsync(page)).Status));
    }

    [Theory]
    [InlineData("/docs/nowhere")]
    [InlineData("/docs/shell")]
    [InlineData("/docs/..%2fappsettings.json")]
    [InlineData("/docs/reference/nowhere")]
    public async Task What_is_no_page_is_not_there(string path) => Assert.Equal(404, (await ReadAsync(path)).Status);

    private async Task<Answer> ReadAsync(string path) => await host.Client().ReadAsync(path);

    [GeneratedRegex("<(?:link|script|img)[^>]*(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Loaded();

    /// <summary>Scripts, styles and handlers that stand in the page, which its policy does not let run.</summary>
    [GeneratedRegex("<script>|<style|<[^>]* style=|<[^>]* on[a-z]+=")]
    private static partial Regex InPage();

    [GeneratedRegex("<a [^>]*href=\"([^\"]*)\"")]
    private static partial Regex Links();
}
