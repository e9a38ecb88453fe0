using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Secrets.Rotation;

/// <summary>
/// One client for one connection string, made by Aspire's client integration in a small host of its own: the integration
/// reads the connection string once, and here a client ends with its credentials.
/// </summary>
public sealed class ConnectionGeneration<TClient> : IAsyncDisposable
    where TClient : class
{
    private readonly IHost _host;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users = 1;

    /// <param name="parent">The application's services: the client logs where the application does.</param>
    public ConnectionGeneration(int number, ConnectionTarget target, string connectionName, IServiceProvider parent, Action<IHostApplicationBuilder> addClient)
    {
        Number = number;
        Target = target;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(parent.GetRequiredService<IConfiguration>().GetSection("Aspire").AsEnumerable());
        builder.Configuration.AddInMemoryCollection([new($"ConnectionStrings:{connectionName}", target.ConnectionString)]);
        builder.Services.Replace(ServiceDescriptor.Singleton(parent.GetRequiredService<ILoggerFactory>()));
        addClient(builder);
        _host = builder.Build();
    }

    public int Number { get; }

    public ConnectionTarget Target { get; }

    /// <summary>Made at the first use.</summary>
    public TClient Client => _host.Services.GetRequiredService<TClient>();

    /// <summary>The health check that the integration has added.</summary>
    public Task<HealthReport> CheckHealthAsync(CancellationToken cancellationToken) =>
        _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken);

    /// <summary>False when this generation has been left by all already: take the current one again.</summary>
    public bool TryEnter()
    {
        int users;
        do
        {
            users = Volatile.Read(ref _users);
            if (users == 0)
                return false;
        }
        while (Interlocked.CompareExchange(ref _users, users + 1, users) != users);
        return true;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _drained.TrySetResult();
    }

    /// <summary>Ends the client once the last operation has left it, but not before <paramref name="grace"/>, for those that are not counted.</summary>
    public async Task RetireAsync(TimeSpan grace, TimeSpan patience, TimeProvider time)
    {
        Leave();
        await Task.Delay(grace, time);
        await Task.WhenAny(_drained.Task, Task.Delay(patience, time));
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            _host.Dispose();
    }
}
