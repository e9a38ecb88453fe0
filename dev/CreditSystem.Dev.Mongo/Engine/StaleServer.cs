using System.Diagnostics;
using System.Globalization;

namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>What a previous run that was killed has left behind: a postmaster that is still ending, or its pid file.</summary>
internal static class StaleServer
{
    public static async Task EndAsync(string clusterDirectory, CancellationToken cancellationToken)
    {
        var pidFile = Path.Combine(clusterDirectory, "postmaster.pid");
        if (!File.Exists(pidFile) || !int.TryParse((await File.ReadAllLinesAsync(pidFile, cancellationToken)).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return;
        if (IsServerOf(id, clusterDirectory))
        {
            _ = NativeMethods.Kill(id, NativeMethods.SigQuit);
            var clock = Stopwatch.StartNew();
            while (IsServerOf(id, clusterDirectory))
            {
                if (clock.Elapsed > TimeSpan.FromSeconds(10))
                    _ = NativeMethods.Kill(id, NativeMethods.SigKill);
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }
        }

        // Its number may have been given to another process since, which PostgreSQL would take for a running server.
        File.Delete(pidFile);
    }

    private static bool IsServerOf(int id, string clusterDirectory)
    {
        try
        {
            var arguments = File.ReadAllText($"/proc/{id}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return arguments.Contains(clusterDirectory) && arguments.Any(a => a.EndsWith("/postgres", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
