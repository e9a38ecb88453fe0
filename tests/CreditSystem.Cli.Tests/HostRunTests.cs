using CreditSystem.ServiceDefaults.Cli;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.Cli.Tests;

/// <summary>How a service ends that is told to end.</summary>
public sealed class HostRunTests
{
    /// <summary>The host alone throws, which aborts the process (exit code 134).</summary>
    [Fact]
    public async Task A_service_that_is_told_to_end_while_it_starts_ends_without_a_failure()
    {
        using var host = HostWith(async (lifetime, cancellationToken) =>
        {
            lifetime.StopApplication();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });

        Assert.Equal(0, await host.RunToEndAsync());
    }

    [Fact]
    public async Task A_service_that_gives_up_while_it_starts_fails()
    {
        using var host = HostWith((_, _) => throw new OperationCanceledException("A server has not answered in time."));

        await Assert.ThrowsAsync<OperationCanceledException>(host.RunToEndAsync);
    }

    private static IHost HostWith(Func<IHostApplicationLifetime, CancellationToken, Task> start)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddHostedService(services => new Starting(services.GetRequiredService<IHostApplicationLifetime>(), start));
        return builder.Build();
    }

    private sealed class Starting(IHostApplicationLifetime lifetime, Func<IHostApplicationLifetime, CancellationToken, Task> start) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => start(lifetime, cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
