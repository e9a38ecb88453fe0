using System.ComponentModel;
using System.Diagnostics;
using CreditSystem.AppHost.Hosting.Launch;

namespace CreditSystem.AppHost.Hosting.Servers;

/// <summary>What MongoDB, Redis and Vault run as in this run.</summary>
/// <param name="IsProcesses">True for the development servers of <c>dev/</c>, false for containers.</param>
/// <param name="DataDirectory">Where they, and the AppRole's credentials, lie on this machine.</param>
internal sealed record ServerMode(bool IsProcesses, string DataDirectory)
{
    internal const string Containers = "containers";
    internal const string Processes = "processes";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Publishing always describes containers; a run looks what there is, and says so in one line.</summary>
    internal static async Task<ServerMode> ChooseAsync(IDistributedApplicationBuilder builder, LaunchOptions launch)
    {
        if (builder.ExecutionContext.IsPublishMode)
            return new ServerMode(IsProcesses: false, launch.DataDirectory);

        var runtime = launch.Servers is null ? await FindContainerRuntimeAsync() : null;
        var isProcesses = (launch.Servers ?? (runtime is null ? Processes : Containers)) == Processes;
        var why = launch.Servers is not null
            ? "--servers says so"
            : runtime is null
            ? "neither docker nor podman answers"
            : $"{runtime} answers";
        Console.WriteLine($"MongoDB, Redis and Vault run as {(isProcesses ? Processes : Containers)}: {why}.");
        return new ServerMode(isProcesses, launch.DataDirectory);
    }

    private static async Task<string?> FindContainerRuntimeAsync()
    {
        foreach (var runtime in new[] { "docker", "podman" })
        {
            if (await AnswersAsync(runtime))
                return runtime;
        }

        return null;
    }

    private static async Task<bool> AnswersAsync(string runtime)
    {
        try
        {
            using var process =
                Process.Start(new ProcessStartInfo(runtime, "info") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            // What it says is of no interest, but a full pipe would keep it from ending.
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            using var timeout = new CancellationTokenSource(Timeout);
            try
            {
                await process.WaitForExitAsync(timeout.Token);
                return process.ExitCode == 0;
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                return false;
            }
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
