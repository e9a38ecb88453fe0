namespace CreditSystem.Testing.Servers;

/// <summary>The development Vault that all tests share, started when the first of them asks for it. Each test prefixes its paths and roles.</summary>
public sealed class VaultServer : IAsyncDisposable
{
    private readonly Lazy<Task<VaultInstance>> _instance = new(() => VaultInstance.StartAsync(CancellationToken.None));
    private int _names;

    /// <summary>The shared server itself: never stop it, and inject no faults.</summary>
    public Task<VaultInstance> GetInstanceAsync() => _instance.Value;

    /// <summary>A name for a mount, role or path that no other test uses.</summary>
    public string CreateName(string name) => $"{name}-{Interlocked.Increment(ref _names)}";

    /// <summary>A server of the test's own, which it may kill, seal, and start again.</summary>
    public static Task<VaultInstance> StartIsolatedAsync(CancellationToken cancellationToken) => VaultInstance.StartAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_instance.IsValueCreated && _instance.Value.IsCompletedSuccessfully)
            await (await _instance.Value).DisposeAsync();
    }
}
