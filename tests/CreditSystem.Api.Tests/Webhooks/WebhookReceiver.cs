using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Api.Tests.Webhooks;

/// <summary>What a tenant runs: takes deliveries and answers as the test says.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single() + "/hook";

    public int Status { get; set; } = 204;

    public string? RetryAfter { get; set; }

    /// <summary>What an answer waits for.</summary>
    public Task Until { get; set; } = Task.CompletedTask;

    public ConcurrentQueue<Delivered> Received { get; } = [];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var receiver = new WebhookReceiver(app);
        app.MapPost("/hook", receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        Received.Enqueue(new Delivered(
            request.Headers["webhook-id"].ToString(), request.Headers["webhook-timestamp"].ToString(), request.Headers["webhook-signature"].ToString(), await reader.ReadToEndAsync()));
        await Until;
        if (RetryAfter is { } seconds)
            request.HttpContext.Response.Headers.RetryAfter = seconds;
        return Results.StatusCode(Status);
    }

    internal sealed record Delivered(string Id, string Timestamp, string Signature, string Body);
}
