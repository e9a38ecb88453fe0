using System.Diagnostics;

namespace CreditSystem.Bench.Chaos;

/// <summary>
/// A network namespace with nothing but a loopback interface, in which addresses can be cut off without anybody else noticing. Replicas
/// reach each other at addresses of their own; MongoDB, Redis and clients are at 127.0.0.1, which stays.
/// </summary>
internal static class OwnNetwork
{
    private const string Mark = "CREDIT_SYSTEM_BENCH_NETWORK";

    public static bool IsHere => Environment.GetEnvironmentVariable(Mark) is not null;

    /// <summary>Where the others reach a replica.</summary>
    public static string AddressOf(int replica) => IsHere ? $"127.0.0.{11 + replica}" : "127.0.0.1";

    /// <summary>Runs this program again with the same arguments, in such a namespace.</summary>
    public static async Task<int> RunAgainAsync(CancellationToken cancellationToken)
    {
        // Without root it takes a user namespace, where the kernel lets users make one.
        var isRoot = Environment.UserName == "root";
        var start = new ProcessStartInfo(
            "unshare", [isRoot ? "-n" : "-rn", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", Environment.ProcessPath!,
                .. Environment.GetCommandLineArgs()]);
        start.Environment[Mark] = "1";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    public static Task CutAsync(string address) => RouteAsync("add", address);

    public static Task JoinAsync(string address) => RouteAsync("del", address);

    private static async Task RouteAsync(string action, string address)
    {
        using var route = Process.Start("ip", ["route", action, "blackhole", $"{address}/32", "table", "local"]);
        await route.WaitForExitAsync();
        if (route.ExitCode != 0)
            throw new InvalidOperationException($"ip route {action} {address}: {route.ExitCode}");
    }
}
