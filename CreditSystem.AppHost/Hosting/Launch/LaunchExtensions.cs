namespace CreditSystem.AppHost.Hosting.Launch;

internal static class LaunchExtensions
{
    private const int MostInstances = 20;

    /// <summary>Makes sure that the data and the ports are this run's own.</summary>
    /// <returns>What stands in the way, with the option that avoids it; null if nothing does.</returns>
    internal static async Task<string?> FindObstacleAsync(this IDistributedApplicationBuilder builder, LaunchOptions launch)
    {
        if (builder.ExecutionContext.IsPublishMode)
            return null;

        var isolated = builder.Configuration["DcpPublisher:RandomizePorts"] is "true" or "True" or "1";
        var (taken, obstacle) = TakeDataDirectory(launch, mayChoose: isolated && !launch.HasDataDirectory);
        if (taken is null)
            return obstacle;

        // Disposed with the application.
        builder.Services.AddSingleton(_ => taken);
        builder.Eventing.Subscribe<BeforeStartEvent>((start, _) =>
        {
            start.Services.GetRequiredService<DataDirectoryLock>();
            return Task.CompletedTask;
        });
        return isolated ? null : await LaunchPorts.FindConflictAsync(launch, taken, Console.Out);
    }

    private static (DataDirectoryLock? Taken, string? Obstacle) TakeDataDirectory(LaunchOptions launch, bool mayChoose)
    {
        var wanted = launch.DataDirectory;
        for (var instance = 1; ; instance++)
        {
            var directory = instance == 1 ? wanted : $"{wanted}-{instance}";
            try
            {
                if (DataDirectoryLock.TryTake(directory, out var holder) is { } taken)
                {
                    launch.UseDataDirectory(directory);
                    return (taken, null);
                }

                if (!mayChoose || instance == MostInstances)
                    return (
                        null, $"Another run (process {holder}) uses the data in {directory}. Stop it, or give this one its own: "
                            + $"--data-directory {wanted}-2");
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                return (null, $"The data directory {directory} cannot be used: {failed.Message} Choose another one: --data-directory PATH");
            }
        }
    }
}
