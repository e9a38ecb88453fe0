using CreditSystem.Api.OpenApi;
using Microsoft.Net.Http.Headers;

namespace CreditSystem.Api.Docs;

internal static class DocsExtensions
{
    private static readonly TimeSpan Permanently = TimeSpan.FromDays(365);

    /// <summary>
    /// Adds the documentation: the OpenAPI document, and pages that were written with the build.
    /// </summary>
    internal static void AddDocs(this WebApplicationBuilder builder)
    {
        builder.AddApiDocumentation();
        builder.Services.AddSingleton<SiteFiles>();
    }

    /// <summary>
    /// Serves the document at <c>/openapi</c>, the pages at <c>/docs</c>. They load nothing from elsewhere, and say nothing that a caller
    /// may not know.
    /// </summary>
    internal static void MapDocs(this WebApplication app)
    {
        app.MapApiDocumentation();
        app.MapGet("/docs/{**page}", Serve).AnswerHead().AllowAnonymous().ExcludeFromDescription();
    }

    private static Results<FileContentHttpResult, ProblemHttpResult> Serve(string? page, HttpResponse response, SiteFiles site)
    {
        if (site.Find(page?.TrimEnd('/') ?? "") is not { } file)
            return ApiProblems.Create(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "There is no such page.");
        response.GetTypedHeaders().CacheControl = file.IsPermanent
            ? new CacheControlHeaderValue { Public = true, MaxAge = Permanently }
            : new CacheControlHeaderValue { NoCache = true };
        return TypedResults.File(file.Content, file.ContentType, entityTag: file.Tag);
    }
}
