using System.Buffers;
using System.Net;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.Upstreams;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace CreditSystem.VaultProxy.Forwarding;

/// <summary>
/// One request on its way: tells YARP what to send and what to hand back. Small responses are read whole and written in one
/// go, which saves YARP's copy loop and lets a read that breaks off be sent again; larger ones stream through.
/// </summary>
/// <param name="body">The request's body if it is a small one, empty if there is none; null if it streams.</param>
internal sealed class VaultHttpTransformer(VaultRoute route, string rawTarget, UpstreamNode node, string clientAddress, bool retries,
    byte[]? body) : HttpTransformer
{
    /// <summary>Responses up to this size in bytes are read before the first byte is passed on.</summary>
    internal const int BufferBytes = 64 * 1024;
    private const int FirstBufferBytes = 4 * 1024;

    internal static readonly HttpRequestOptionsKey<VaultHttpTransformer> Key = new("vault-transformer");

    private List<KeyValuePair<string, string>>? _contentHeaders;
    private byte[]? _buffer;
    private int _buffered;
    private bool _isWhole;

    public VaultRoute Route => route;

    public string RawTarget => rawTarget;

    /// <summary>Where the current attempt goes.</summary>
    public UpstreamNode Node { get; set; } = node;

    /// <summary>Whether it may be sent again after a failure, although Vault may have done it.</summary>
    public bool Retries => retries;

    /// <summary>Whether it can be sent again where Vault has done nothing.</summary>
    public bool IsRepeatable => body is not null;

    /// <summary>Whether the client wants to read no less than what it has written.</summary>
    public bool NamesIndex { get; private set; }

    /// <summary>
    /// Whether it may wait for an election. A client that forbids standbys to forward would otherwise hold it as long as it likes.
    /// </summary>
    public bool Waits { get; private set; }

    /// <summary>The response's body, if it is small and has been read.</summary>
    public ReadOnlySpan<byte> Buffered => _isWhole ? _buffer.AsSpan(0, _buffered) : default;

    /// <summary>Asked before a response is passed on.</summary>
    public IResponseInterceptor? Interceptor { get; init; }

    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix,
        CancellationToken cancellationToken)
    {
        foreach (var (name, values) in httpContext.Request.Headers)
        {
            if (HeaderRules.PassesToVault(name))
                AddHeader(proxyRequest, name, values);
        }

        NamesIndex = httpContext.Request.Headers.ContainsKey(VaultHeaders.Index);
        Waits = !httpContext.Request.Headers.ContainsKey(VaultHeaders.NoForwarding);
        // A body with both is a smuggling attempt (RFC 9112, section 6.3); the framing is ours either way.
        if (httpContext.Request.Headers.TransferEncoding.Count > 0)
            proxyRequest.Content?.Headers.Remove("Content-Length");
        proxyRequest.Headers.TryAddWithoutValidation(VaultHeaders.ForwardedFor, clientAddress);
        proxyRequest.Options.Set(Key, this);
        proxyRequest.RequestUri = FailoverHandler.CreateUri(Node, rawTarget);
        return ValueTask.CompletedTask;
    }

    private void AddHeader(HttpRequestMessage request, string name, StringValues values)
    {
        var added = values.Count == 1
            ? request.Headers.TryAddWithoutValidation(name, values.ToString())
            : request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        if (added)
            return;
        // What describes a body is a header of the content, and YARP makes none for an empty one.
        if (body is not null && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            (_contentHeaders ??= []).Add(new(name, values.ToString()));
        else
            request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
    }

    /// <summary>
    /// Gives the request a content that can be sent more than once, and an empty one rather than none: what has no content,
    /// SocketsHttpHandler sends up to four times by itself when the server closes without a response, whatever the verb.
    /// </summary>
    internal void SetContent(HttpRequestMessage request)
    {
        if (body is null)
            return;
        request.Content = new ByteArrayContent(body);
        foreach (var (name, value) in _contentHeaders ?? [])
            request.Content.Headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>Reads a small response; of a larger one its beginning, the rest of which then streams.</summary>
    internal async ValueTask BufferAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var length = response.Content.Headers.ContentLength;
        if (_buffer is not null || length > BufferBytes || response.RequestMessage?.Method == HttpMethod.Head)
            return;

        _buffer = ArrayPool<byte>.Shared.Rent((int)(length ?? FirstBufferBytes));
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (_buffered != length && _buffered < BufferBytes)
        {
            if (_buffered == _buffer.Length)
                Grow();
            var read = await stream.ReadAsync(
                _buffer.AsMemory(
                    _buffered, (int)Math.Min(_buffer.Length - _buffered, (length ?? BufferBytes) - _buffered)), cancellationToken);
            if (read == 0)
            {
                _isWhole = true;
                return;
            }

            _buffered += read;
        }

        _isWhole = _buffered == length;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer!.Length * 2);
        _buffer.AsSpan(0, _buffered).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = larger;
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse,
        CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
            return false;
        // An interceptor judges by the body, and a small response may come in chunks, without a length.
        if (_buffer is null && (Interceptor is not null || proxyResponse.Content.Headers.ContentLength is <= BufferBytes))
            await BufferAsync(proxyResponse, cancellationToken);
        if (Interceptor is not null
            && await Interceptor.TryInterceptAsync(proxyResponse, _isWhole ? _buffer.AsMemory(0, _buffered) : default, isSealed: false))
            return false;

        var response = httpContext.Response;
        CopyHeaders(proxyResponse, response);
        if (_buffered > 0)
        {
            response.BodyWriter.Write(_buffer.AsSpan(0, _buffered));
            if (!_isWhole)
                await response.BodyWriter.FlushAsync(cancellationToken);
        }

        return !_isWhole;
    }

    private void CopyHeaders(HttpResponseMessage proxyResponse, HttpResponse response)
    {
        foreach (var (name, values) in proxyResponse.Headers.NonValidated)
            CopyHeader(response, name, values);
        foreach (var (name, values) in proxyResponse.Content.Headers.NonValidated)
            CopyHeader(response, name, values);
        if (proxyResponse.StatusCode is not HttpStatusCode.NoContent)
            response.ContentLength = _isWhole ? _buffered : proxyResponse.Content.Headers.ContentLength;
    }

    private static void CopyHeader(HttpResponse response, string name, System.Net.Http.Headers.HeaderStringValues values)
    {
        if (name.Equals("Location", StringComparison.OrdinalIgnoreCase))
            response.Headers.Location = NodeRedirect.ForClient(values.ToString());
        else if (HeaderRules.PassesToClient(name))
            response.Headers[name] = values.Count == 1 ? values.ToString() : new StringValues([.. values]);
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse,
        CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <summary>Gives the buffer back, wiped: it has held secrets.</summary>
    internal void DiscardBuffer()
    {
        if (_buffer is null)
            return;
        _buffer.AsSpan(0, _buffered).Clear();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _buffered = 0;
        _isWhole = false;
    }
}
