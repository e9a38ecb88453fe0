using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Dashboard;

/// <summary>Fetches the real Aspire dashboard, which npm carries as a part of the Aspire CLI, once per machine.</summary>
internal static class DashboardInstaller
{
    private const string Version = "13.5.4";

    private static string Package => $"@microsoft/aspire-cli-linux-{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";

    private static string CacheDirectory => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "aspire-dashboard",
        Version);

    /// <returns>The program, or null with the reason why there is none.</returns>
    internal static async Task<(string? Program, string? Problem)> FindOrInstallAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var program = Path.Combine(CacheDirectory, "bundle", "managed", "aspire-managed");
        if (File.Exists(program))
            return (program, null);

        if (!IsOnPath("npm"))
            return (null, "npm is not on PATH");

        progress($"installing {Package} {Version} from npm (once, 150 MB) …");
        Directory.CreateDirectory(CacheDirectory);
        var package = Path.Combine(CacheDirectory, "npm");
        if (await RunAsync("npm", ["install", "--no-audit", "--no-fund", "--silent", "--prefix", package, $"{Package}@{Version}"], cancellationToken) is { } npmFailure)
            return (null, $"npm could not install {Package}: {npmFailure}");

        progress("unpacking …");
        var cli = Path.Combine(package, "node_modules", Package, "bin", "aspire");
        if (await RunAsync(cli, ["setup", "--install-path", CacheDirectory], cancellationToken) is { } setupFailure)
            return (null, $"'aspire setup' failed: {setupFailure}");

        Directory.Delete(package, recursive: true);
        return File.Exists(program) ? (program, null) : (null, $"'aspire setup' left no {program}");
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    /// <returns>Null, or the last line that the program wrote.</returns>
    private static async Task<string?> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        // The CLI keeps its own files below the home folder; nothing of it is of use here.
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = CacheDirectory;
        start.Environment["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "true";
        if (program == "npm")
            start.Environment["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var lines = $"{await output}\n{await error}".Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return process.ExitCode == 0 ? null : lines.LastOrDefault() ?? $"exit code {process.ExitCode}";
    }
}
