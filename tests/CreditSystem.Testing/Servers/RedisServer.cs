namespace CreditSystem.Testing.Servers;

/// <summary>The Redis that all tests share, started when the first of them asks for it. Each test prefixes its keys.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Lazy<Task<RedisInstance>> _instance = new(() => RedisInstance.StartAsync(CancellationToken.None));
    private int _prefixes;

    public async Task<string> GetConnectionStringAsync() => (await _instance.Value).ConnectionString;

    /// <summary>The shared server itself: read from it, never stop it.</summary>
    public Task<RedisInstance> GetInstanceAsync() => _instance.Value;

    /// <summary>A key prefix that no other test uses.</summary>
    public string CreatePrefix(string name) => $"{name}-{Interlocked.Increment(ref _prefixes)}:";

    /// <summary>A server of the test's own, which it may kill and start again.</summary>
    public static Task<RedisInstance> StartIsolatedAsync(CancellationToken cancellationToken) => RedisInstance.StartAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_instance.IsValueCreated && _instance.Value.IsCompletedSuccessfully)
            await (await _instance.Value).DisposeAsync();
    }
}
