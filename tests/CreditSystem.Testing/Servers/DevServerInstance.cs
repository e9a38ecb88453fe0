namespace CreditSystem.Testing.Servers;

/// <summary>A development server of one test's own: it can be killed and started again on the same port with the same data.</summary>
/// <param name="project">Whose program it is.</param>
public abstract class DevServerInstance(string project) : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("credit-system-server-test-").FullName;
    private DevServerProcess? process;

    public int Port { get; } = FreePort.Take();

    /// <summary>Everything that it has printed since its last start.</summary>
    public string Output => process?.Output ?? "";

    private DevServerProcess Running => process ?? throw new InvalidOperationException("The server has not been started.");

    /// <summary>What the program is told, besides where its data is.</summary>
    private protected abstract Dictionary<string, string> Settings { get; }

    /// <summary>Starts it, also after <see cref="KillAsync"/> or <see cref="StopAsync"/>.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken) =>
        process = await DevServerProcess.StartAsync(
            project, new Dictionary<string, string>(Settings) { ["DEV_DATA_DIRECTORY"] = directory }, cancellationToken);

    /// <summary>Ends it with SIGKILL, before it can write anything more.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>Ends it with SIGTERM. Its exit code.</summary>
    public Task<int> StopAsync() => Running.TerminateAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (process is not null)
            await process.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private protected static async Task<T> StartAsync<T>(T instance, CancellationToken cancellationToken)
        where T : DevServerInstance
    {
        try
        {
            await instance.StartAgainAsync(cancellationToken);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync();
            throw;
        }
    }
}
