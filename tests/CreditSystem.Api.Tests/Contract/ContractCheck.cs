using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace CreditSystem.Api.Tests.Contract;

/// <summary>
/// Stands in front of the API in every host of these tests, and compares each answer with the committed document. What the document
/// does not describe fails the test that was answered so.
/// </summary>
internal sealed class ContractCheck
{
    private readonly ConcurrentQueue<string> violations = [];

    /// <summary>Goes first in the pipeline.</summary>
    public void Use(IApplicationBuilder app) => app.Use(CheckAsync);

    /// <summary>The same for a program that makes its pipeline itself.</summary>
    public IStartupFilter First => new Filter(this);

    /// <summary>Fails where an answer was none of the document's.</summary>
    public void AssertKept() => Assert.Empty(violations);

    private sealed class Filter(ContractCheck check) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            check.Use(app);
            next(app);
        };
    }

    private async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        // The document is being written anew.
        if (Environment.GetEnvironmentVariable("CREDIT_SYSTEM_WRITE_DOCS") == "1")
        {
            await next(context);
            return;
        }

        var body = context.Response.Body;
        var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "");
        await using var copy = new CopyingStream(body);
        context.Response.Body = copy;
        try
        {
            await next(context);
            await context.Response.BodyWriter.FlushAsync();
        }
        finally
        {
            context.Response.Body = body;
        }

        if (HttpMethods.IsHead(method) || context.RequestAborted.IsCancellationRequested || copy.Text is not { } text)
            return;
        var (status, type) = (context.Response.StatusCode, context.Response.ContentType);
        var contract = PublishedContract.Current;
        var operation = contract.Find(method, path);
        // A redirect to https is of no route, and one who has gone is told nothing.
        // What is no operation of the document answers with a problem, or is not the API's.
        var wrong = operation is not null && status is not (308 or 499) ? contract.Check(operation, status, type, text, context.Response.Headers.Keys)
            : type?.StartsWith("application/problem+json", StringComparison.Ordinal) == true ? contract.CheckProblem(text)
            : null;
        if (wrong is not null)
            violations.Enqueue($"{method} {path} {status}: {wrong} — {text[..Math.Min(text.Length, 300)]}");
    }
}
