using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace CreditSystem.Api.Problems;

/// <summary>
/// Gives a problem to what the server itself refuses before there is a request: it answers 400, 408, 414 and 431 without a body, and
/// has no place to say one. HTTP/2 says these with its own frames.
/// </summary>
internal static class RefusalBody
{
    public static ConnectionDelegate Add(ConnectionDelegate next) => connection => next(new WatchedConnection(connection));

    private static (string Code, string Detail)? Describe(int status) => status switch
    {
        StatusCodes.Status400BadRequest => (ProblemCodes.Malformed, "This is not a request of HTTP."),
        StatusCodes.Status408RequestTimeout => (ProblemCodes.RequestTimeout, "The request did not arrive in time."),
        StatusCodes.Status414UriTooLong => (ProblemCodes.UriTooLong, "The request line is too long."),
        StatusCodes.Status431RequestHeaderFieldsTooLarge => (ProblemCodes.HeadersTooLarge, "The headers are too large, or too many."),
        _ => null,
    };

    /// <summary>The answer with a problem; null where it is not the server's own refusal.</summary>
    private static byte[]? WithBody(ReadOnlySpan<byte> head)
    {
        // Every answer of the application has a body, or another status.
        if (!head.StartsWith("HTTP/1.1 4"u8) || !head.EndsWith("\r\n\r\n"u8) || head.IndexOf("\r\nContent-Length: 0\r\n"u8) < 0
            || head.IndexOf("\r\nConnection: close\r\n"u8) < 0
            || !Utf8Parser.TryParse(head[9..12], out int status, out _)
            || Describe(status) is not { } refusal)
            return null;
        var title = ReasonPhrases.GetReasonPhrase(status);
        var body = string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"title":"{{title}}","status":{{status}},"detail":"{{refusal.Detail}}","code":"{{refusal.Code}}"}
            """);
        return Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(head).Replace(
            "\r\nContent-Length: 0\r\n",
            $"\r\nContent-Length: {body.Length}\r\nContent-Type: application/problem+json\r\nX-Content-Type-Options: nosniff\r\n",
            StringComparison.Ordinal) + body);
    }

    /// <summary>
    /// Watches every transport that the connection gets: TLS, which the server adds after this, puts the readable one in the place of
    /// the connection's own.
    /// </summary>
    private sealed class WatchedConnection(ConnectionContext inner) : ConnectionContext
    {
        private IDuplexPipe transport = Watch(inner.Transport);

        public override IDuplexPipe Transport
        {
            get => transport;
            set => transport = Watch(value);
        }

        public override string ConnectionId
        {
            get => inner.ConnectionId;
            set => inner.ConnectionId = value;
        }

        public override IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items
        {
            get => inner.Items;
            set => inner.Items = value;
        }

        public override CancellationToken ConnectionClosed
        {
            get => inner.ConnectionClosed;
            set => inner.ConnectionClosed = value;
        }

        public override EndPoint? LocalEndPoint
        {
            get => inner.LocalEndPoint;
            set => inner.LocalEndPoint = value;
        }

        public override EndPoint? RemoteEndPoint
        {
            get => inner.RemoteEndPoint;
            set => inner.RemoteEndPoint = value;
        }

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        private static IDuplexPipe Watch(IDuplexPipe pipe) => pipe as Transport ?? new Transport(pipe.Input, new Writer(pipe.Output));
    }

    private sealed class Transport(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>Looks at each head before it is sent; everything else it passes on.</summary>
    private sealed class Writer(PipeWriter inner) : PipeWriter
    {
        private Memory<byte> given;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => given = inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            if (bytes <= given.Length && WithBody(given.Span[..bytes]) is { } whole && whole.Length <= given.Length)
            {
                whole.CopyTo(given);
                bytes = whole.Length;
            }

            given = default;
            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(source, cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
