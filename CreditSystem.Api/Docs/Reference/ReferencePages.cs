using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CreditSystem.Api.Docs.Reference;

/// <summary>The pages that are made of the OpenAPI document of this very program, one per tag, and the search that knows them.</summary>
internal sealed class ReferencePages(
    SiteFiles site, [FromKeyedServices(ReferencePages.DocumentName)] IOpenApiDocumentProvider documents)
{
    internal const string DocumentName = "v1";
    private const string Root = "reference";

    private Task<FrozenDictionary<string, SiteFile>>? pages;

    /// <summary>Whether the path is one of those that are made here.</summary>
    public static bool Has(string path) =>
        path is Root or SiteFiles.Search || path.StartsWith(Root + "/", StringComparison.Ordinal);

    public async Task<SiteFile?> FindAsync(string path)
    {
        // Made once, when somebody first asks; what has failed is tried again.
        if (pages is not { IsFaulted: false } made)
            pages = made = MakeAsync();
        return (await made).GetValueOrDefault(path);
    }

    private async Task<FrozenDictionary<string, SiteFile>> MakeAsync()
    {
        var document = await documents.GetOpenApiDocumentAsync();
        var json = JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1))!.AsObject();
        var operations = ApiOperation.All(json).ToList();
        var schemas = new SchemaHtml(json);
        var tags = operations.GroupBy(operation => operation.Tag).OrderBy(tag => tag.Key, StringComparer.OrdinalIgnoreCase).ToList();
        var shell = site.ShellText;
        var made = tags.ToDictionary(
            tag => $"{Root}/{tag.First().TagSlug}",
            tag => TagPage.Render(shell, tag.Key, ApiOperation.DescriptionOf(json, tag.Key), [.. tag], schemas), StringComparer.Ordinal);
        made[Root] = TagPage.RenderIndex(shell, json, tags);
        made[SiteFiles.Search] = SiteFile.FromText(SiteFiles.Search, Searchable(operations));
        return made.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private string Searchable(List<ApiOperation> operations)
    {
        var entries = JsonNode.Parse(site.SearchText)!.AsArray();
        foreach (var operation in operations)
            entries.Add(new JsonObject
            {
                ["url"] = operation.Url,
                ["page"] = $"Reference: {operation.Tag}",
                ["heading"] = operation.Summary,
                ["excerpt"] = $"{operation.Verb} {operation.Path}",
                ["words"] = string.Join(' ', operation.Verb, operation.Path.Replace('/', ' '), operation.Id, operation.Description)
                    .ToLowerInvariant(),
            });
        return entries.ToJsonString();
    }
}
