using System.Diagnostics;
using CreditSystem.Testing;
using CreditSystem.Tests.Fixtures;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>What a user of the Aspire CLI types. Its home folder is the test's own: the CLI trusts a certificate there by itself.</summary>
[Collection(AppHostProcess.Collection)]
public sealed class CliTests : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-cli-").FullName;
    private readonly DeveloperHome _home = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _home.Dispose();
        await AppHostData.DeleteAsync(_directory);
    }

    [Fact]
    public async Task Runs_describes_commands_and_stops_the_system()
    {
        await AspireAsync("run", "--no-build", "--detach", "--isolated", "--non-interactive", "--nologo", "--", "--data-directory", _directory);
        try
        {
            Assert.Contains("is healthy", await AspireAsync("wait", "api"), StringComparison.Ordinal);
            Assert.Contains("CreditSystem.AppHost", await AspireAsync("ps"), StringComparison.Ordinal);
            Assert.Contains("vault-proxy", await AspireAsync("describe", "--format", "Json"), StringComparison.Ordinal);
            Assert.Contains("executed successfully", await AspireAsync("resource", "vault", "seal"), StringComparison.Ordinal);
            Assert.Contains("executed successfully", await AspireAsync("resource", "vault", "unseal"), StringComparison.Ordinal);
            Assert.Contains("Redis-compatible server is ready", await AspireAsync("logs", "redis"), StringComparison.Ordinal);
        }
        finally
        {
            await AspireAsync("stop");
        }
    }

    [Fact]
    public async Task Writes_the_committed_manifest_and_the_committed_base()
    {
        await AspireAsync("do", "kubernetes", "--no-build", "--output-path", Path.Combine(_directory, "aspire-manifest.json"));

        var manifest = await File.ReadAllTextAsync(Path.Combine(_directory, "aspire-manifest.json"), Cancellation);
        // Paths in a manifest are relative to where it lies.
        var up = Path.GetRelativePath(_directory, Repository.Root).Replace('\\', '/');
        Assert.Equal(await File.ReadAllTextAsync(Repository.PathOf("aspire-manifest.json"), Cancellation), manifest.Replace($"{up}/", "", StringComparison.Ordinal));
        foreach (var committed in Directory.EnumerateFiles(Repository.PathOf("deploy", "base"), "*.yaml", SearchOption.AllDirectories))
        {
            var written = Path.Combine(_directory, "deploy", "base", Path.GetRelativePath(Repository.PathOf("deploy", "base"), committed));
            Assert.Equal(await File.ReadAllTextAsync(committed, Cancellation), await File.ReadAllTextAsync(written, Cancellation));
        }
    }

    private async Task<string> AspireAsync(string verb, params string[] arguments)
    {
        var options = verb == "run" ? arguments : [.. arguments, "--non-interactive", "--nologo"];
        var start = new ProcessStartInfo("dotnet", ["tool", "run", "aspire", verb, .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        foreach (var (name, value) in _home.Environment)
            start.Environment[name] = value;
        start.Environment["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "1";
        // Tools are found where they have been restored.
        start.Environment["DOTNET_CLI_HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        start.Environment["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } packages
            ? packages : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
        await process.WaitForExitAsync(Cancellation).WaitAsync(Timeout, Cancellation);
        var text = string.Concat(await output.WaitAsync(Timeout, Cancellation));
        Assert.True(process.ExitCode == 0, $"aspire {verb}: {process.ExitCode}\n{text}");
        return text;
    }
}
