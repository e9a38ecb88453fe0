using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CreditSystem.AppHost.Hosting.Launch;

/// <summary>The ports that a run has promised its users.</summary>
internal static class LaunchPorts
{
    /// <summary>Aspire's orchestrator outlives an AppHost by some 15 s, and holds its ports until then.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(40);

    /// <summary>Waits, with a word, for a previous run that is still ending.</summary>
    /// <returns>What stands in the way, with the option that avoids it; null if nothing does.</returns>
    internal static async Task<string?> FindConflictAsync(LaunchOptions launch, DataDirectoryLock data, TextWriter output)
    {
        if (OrchestratorOf(data.PreviousProcess) is { } orchestrator)
        {
            using (orchestrator)
                await WaitForEndAsync(orchestrator, output);
        }

        var taken = Wanted(launch).FirstOrDefault(address => !IsFree(address.Port));
        return taken == default
            ? null
            : $"Port {taken.Port} of {taken.What} is in use. Stop what listens there, or choose another one: dotnet run --project "
                + $"CreditSystem.AppHost -- {taken.Option} {taken.Suggestion}";
    }

    private static IEnumerable<(string What, int Port, string Option, int Suggestion)> Wanted(LaunchOptions launch)
    {
        for (var replica = 1; replica <= launch.Replicas; replica++)
            yield return ("the API", launch.ApiPortOf(replica), "--api-port", Other(launch.ApiPort));
        yield return ("the vault-proxy", launch.VaultProxyPort, "--vault-proxy-port", Other(launch.VaultProxyPort));
        if (!launch.HasDashboard)
            yield break;

        yield return ("the dashboard", launch.DashboardPort, "--dashboard-port", Other(launch.DashboardPort));
        yield return ("the dashboard's telemetry", launch.DashboardPort + 1, "--dashboard-port", Other(launch.DashboardPort));
        yield return ("the dashboard's resource service", launch.DashboardPort + 2, "--dashboard-port", Other(launch.DashboardPort));
    }

    private static int Other(int port) => port > 60_000 ? port - 1000 : port + 1000;

    private static async Task WaitForEndAsync(Process orchestrator, TextWriter output)
    {
        await output.WriteLineAsync(
            "Waiting for the previous run to end: Aspire's orchestrator still stops its processes (up to 20 s) …");
        using var timeout = new CancellationTokenSource(LongestEnd);
        try
        {
            await orchestrator.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // What it still holds is named next.
        }
    }

    /// <summary>It is started as <c>dcp start-apiserver --monitor PROCESS</c>, detached from the AppHost.</summary>
    private static Process? OrchestratorOf(int? appHost) => appHost is { } process
        ? Process.GetProcessesByName("dcp").FirstOrDefault(candidate => IsMonitorOf(candidate.Id, process))
        : null;

    private static bool IsMonitorOf(int orchestrator, int appHost)
    {
        try
        {
            var arguments = File.ReadAllText($"/proc/{orchestrator}/cmdline").Split('\0');
            return arguments.Contains("start-apiserver") && arguments.Contains($"{appHost}");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsFree(int port) =>
        CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException failed)
        {
            // A machine without this kind of address cannot have anything that listens there.
            return failed.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;
        }
    }
}
