using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Bench.Ledger;

/// <summary>Takes what is exported by OTLP over HTTP, counts it and throws it away: the least that a collector can cost.</summary>
internal sealed class SpanSink : IAsyncDisposable
{
    private readonly WebApplication app;
    private long bytes;

    private SpanSink(WebApplication app) => this.app = app;

    public string Address => app.Urls.Single();

    /// <summary>Bytes of spans so far.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    public static async Task<SpanSink> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var sink = new SpanSink(app);
        app.MapPost("/v1/{signal}", (string signal, HttpRequest request) => sink.TakeAsync(signal, request));
        await app.StartAsync(cancellationToken);
        return sink;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task<IResult> TakeAsync(string signal, HttpRequest request)
    {
        var buffer = new byte[64 * 1024];
        var length = 0L;
        while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted) is > 0 and var read)
            length += read;
        if (signal == "traces")
            Interlocked.Add(ref bytes, length);
        // An empty ExportTraceServiceResponse.
        return Results.Bytes(Array.Empty<byte>(), "application/x-protobuf");
    }
}
