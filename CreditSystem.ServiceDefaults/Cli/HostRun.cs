namespace CreditSystem.ServiceDefaults.Cli;

/// <summary>How a service runs.</summary>
public static class HostRun
{
    /// <summary>
    /// Runs a host until it is told to end. Where that comes while it still starts, as a pod is deleted soon after it was made, it ends as
    /// it does later: the framework throws out of the start instead, and the runtime aborts the process and leaves a core dump.
    /// </summary>
    /// <returns>The exit code: <see cref="Environment.ExitCode"/>, 0 where nothing has set it.</returns>
    public static async Task<int> RunToEndAsync(this IHost host)
    {
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        try
        {
            await host.RunAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        return Environment.ExitCode;
    }
}
