using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>The application, ready to run.</summary>
/// <param name="host">Its host.</param>
public class DistributedApplication(IHost host) : IHost, IAsyncDisposable
{
    private static readonly AsyncLocal<TestHook?> Hook = new();

    /// <inheritdoc/>
    public IServiceProvider Services => host.Services;

    /// <summary>What each resource is now.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Carries out commands of resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    internal static Action<DistributedApplicationBuilder>? Building => Hook.Value?.Building;

    internal static Action<DistributedApplication>? Built => Hook.Value?.Built;

    /// <summary>Begins to describe an application.</summary>
    /// <param name="args">Arguments of the command line.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Begins to describe an application.</summary>
    /// <param name="options">Arguments of the command line, and what they cannot say.</param>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options, Hook.Value?.Args ?? [], Hook.Value?.AppHost);

    /// <summary>Runs until it is asked to stop.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until it is asked to stop.</summary>
    public virtual Task RunAsync(CancellationToken cancellationToken = default) =>
        // A test starts and stops the application itself.
        Hook.Value is { } hook ? hook.Ended.WaitAsync(cancellationToken) : HostingAbstractionsHostExtensions.RunAsync(this, cancellationToken);

    /// <inheritdoc/>
    public virtual Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets a test take over the application that the AppHost's own code builds.</summary>
    internal static void TakeOver(TestHook hook) => Hook.Value = hook;

    internal sealed record TestHook(System.Reflection.Assembly AppHost, string[] Args, Action<DistributedApplicationBuilder> Building, Action<DistributedApplication> Built, Task Ended);
}
