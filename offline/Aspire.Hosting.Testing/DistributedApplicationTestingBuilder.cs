using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Describes an application as its AppHost does, for a test to change, start and stop.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Builds the application.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>Runs the code of an AppHost up to the point where it builds the application.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs the code of an AppHost up to the point where it builds the application; ports are random, the dashboard is off.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost.</typeparam>
    /// <param name="args">Arguments of its command line.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>(args, (_, _) => { }, cancellationToken);

    /// <summary>Runs the code of an AppHost up to the point where it builds the application; ports are random, the dashboard is off unless it is asked for.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost.</typeparam>
    /// <param name="args">Arguments of its command line.</param>
    /// <param name="configureBuilder">Changes the options; of them, whether there is a dashboard counts here.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        var options = new DistributedApplicationOptions { DisableDashboard = true };
        configureBuilder(options, new HostApplicationBuilderSettings());
        return TestingBuilder.CreateAsync(typeof(TEntryPoint).Assembly, args, options.DisableDashboard, cancellationToken);
    }

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(string[], CancellationToken)"/>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    private sealed class TestingBuilder(IDistributedApplicationBuilder inner, TaskCompletionSource proceed, Task<DistributedApplication> built, TaskCompletionSource ended) : IDistributedApplicationTestingBuilder
    {
        public ConfigurationManager Configuration => inner.Configuration;

        public string AppHostDirectory => inner.AppHostDirectory;

        public Assembly? AppHostAssembly => inner.AppHostAssembly;

        public IHostEnvironment Environment => inner.Environment;

        public IServiceCollection Services => inner.Services;

        public IDistributedApplicationEventing Eventing => inner.Eventing;

        public DistributedApplicationExecutionContext ExecutionContext => inner.ExecutionContext;

        public IResourceCollection Resources => inner.Resources;

        public IResourceBuilder<T> AddResource<T>(T resource)
            where T : IResource => inner.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
            where T : IResource => inner.CreateResourceBuilder(resource);

        public DistributedApplication Build()
        {
            proceed.TrySetResult();
            return built.GetAwaiter().GetResult();
        }

        public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken)
        {
            proceed.TrySetResult();
            return built.WaitAsync(cancellationToken);
        }

        public void Dispose()
        {
            ended.TrySetResult();
            proceed.TrySetResult();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal static async Task<IDistributedApplicationTestingBuilder> CreateAsync(Assembly appHost, string[] args, bool disableDashboard, CancellationToken cancellationToken)
        {
            var described = new TaskCompletionSource<IDistributedApplicationBuilder>(TaskCreationOptions.RunContinuationsAsynchronously);
            var proceed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var built = new TaskCompletionSource<DistributedApplication>(TaskCreationOptions.RunContinuationsAsynchronously);
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var hook = new DistributedApplication.TestHook(
                appHost,
                ["--DcpPublisher:RandomizePorts=true", $"--AppHost:DisableDashboard={disableDashboard}", "--environment=Development"],
                builder =>
                {
                    described.TrySetResult(builder);
                    proceed.Task.GetAwaiter().GetResult();
                },
                application => built.TrySetResult(application),
                ended.Task);
            _ = Task.Factory.StartNew(() => RunEntryPoint(appHost, args, hook, described, built), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return new TestingBuilder(await described.Task.WaitAsync(cancellationToken), proceed, built.Task, ended);
        }

        private static void RunEntryPoint(Assembly appHost, string[] args, DistributedApplication.TestHook hook, TaskCompletionSource<IDistributedApplicationBuilder> described, TaskCompletionSource<DistributedApplication> built)
        {
            try
            {
                DistributedApplication.TakeOver(hook);
                var result = appHost.EntryPoint!.Invoke(null, [args]);
                (result as Task)?.GetAwaiter().GetResult();
                described.TrySetException(new InvalidOperationException($"The entry point of {appHost.GetName().Name} ended without building an application."));
            }
            catch (Exception failure)
            {
                var cause = (failure as TargetInvocationException)?.InnerException ?? failure;
                if (!described.TrySetException(cause))
                    built.TrySetException(cause);
            }
        }
    }
}
