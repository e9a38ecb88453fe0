namespace CreditSystem.Testing.Servers;

/// <summary>
/// The server of a kind that all tests share, started when the first of them asks for it. Where none can be provided, every test that
/// asks fails with the reason that the server gives. No test stops it, or injects faults.
/// </summary>
public abstract class SharedServer<T>(Func<CancellationToken, Task<T>> start) : IAsyncDisposable
    where T : DevServerInstance
{
    private readonly Lazy<Task<T>> instance = new(() => start(CancellationToken.None));
    private int names;

    public Task<T> GetInstanceAsync() => instance.Value;

    /// <summary>A name that no other test uses.</summary>
    public string CreateName(string name) => $"{name}-{Interlocked.Increment(ref names)}";

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (instance.IsValueCreated && instance.Value.IsCompletedSuccessfully)
            await (await instance.Value).DisposeAsync();
    }
}
