using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.WebUtilities;

namespace CreditSystem.Api.Problems;

/// <summary>
/// Gives a problem to what the server itself refuses before there is a request: it answers 400, 408, 414 and 431 without a body, and
/// has no place to say one. On HTTP/1.1 without TLS, where the answer can be seen; under TLS it stays without.
/// </summary>
internal static class RefusalBody
{
    public static ConnectionDelegate Add(ConnectionDelegate next) => connection =>
    {
        connection.Transport = new Transport(connection.Transport.Input, new Writer(connection.Transport.Output));
        return next(connection);
    };

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
