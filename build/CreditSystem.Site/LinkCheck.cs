namespace CreditSystem.Site;

/// <summary>Whether each link to a page leads to a heading that the page has.</summary>
internal static class LinkCheck
{
    public static void Run(IReadOnlyList<Page> pages, List<string> problems)
    {
        var anchors = pages.ToDictionary(page => page.Url, page => page.Sections.Select(section => section.Anchor).ToHashSet());
        foreach (var page in pages)
        {
            foreach (var (line, url) in page.Links)
            {
                var parts = url.Split('#', 2);
                if (parts[0] == "/openapi/v1.json")
                    continue;
                if (!anchors.TryGetValue(parts[0], out var known))
                    problems.Add($"{page.Source}({line}): error SITE003: there is no page {parts[0]}.");
                else if (parts.Length == 2 && !known.Contains(parts[1]))
                    problems.Add($"{page.Source}({line}): error SITE003: {parts[0]} has no heading #{parts[1]}.");
            }
        }
    }
}
