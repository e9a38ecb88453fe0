namespace CreditSystem.Secrets.Vault.Server;

/// <summary>
/// The connections to Vault, which another certificate of ours replaces: one that is open has been made with the certificate of before,
/// or without any. Requests under way keep theirs.
/// </summary>
internal sealed class SwappableHandler(Func<HttpMessageHandler> create) : HttpMessageHandler
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    private volatile HttpMessageInvoker _current = new(create());

    /// <summary>From now on requests make connections of their own.</summary>
    public void Swap()
    {
        var before = Interlocked.Exchange(ref _current, new HttpMessageInvoker(create()));
        _ = Task.Delay(Grace).ContinueWith(_ => before.Dispose(), TaskScheduler.Default);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _current.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _current.Dispose();
        base.Dispose(disposing);
    }
}
