using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CreditSystem.Testing.Servers;
using CreditSystem.Tests.Fixtures;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>What a newcomer sees of the AppHost: its lines, its end, and its next start, whatever the machine is like.</summary>
[Collection(AppHostProcess.Collection)]
public sealed class LaunchTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-launch-").FullName;
    private readonly int _apiPort = FreePort.Take();
    private readonly int _vaultProxyPort = FreePort.Take();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => AppHostData.DeleteAsync(_directory);

    [Fact]
    public async Task Is_ready_behind_a_proxy_with_a_trusted_certificate_and_leaves_no_process_behind_after_Ctrl_C()
    {
        // Nothing listens there: a request to it would fail.
        const string Nobody = "http://127.0.0.1:9";
        using var home = new DeveloperHome();
        await home.TrustCertificateAsync(Cancellation);
        await using var host = Start(new Dictionary<string, string>(home.Environment)
        {
            ["HTTP_PROXY"] = Nobody,
            ["HTTPS_PROXY"] = Nobody,
            ["NO_PROXY"] = "internal.example",
        });
        await host.WaitUntilReadyAsync(Cancellation);
        var processes = host.Processes();
        Assert.Equal("healthy", await HealthAsync());

        var exitCode = await host.SignalAsync("INT", Cancellation);

        Assert.True(processes.Count >= 6, $"only {processes.Count} processes were running");
        // So it is trusted: Aspire would say that there is none.
        Assert.DoesNotContain("No trusted Aspire development certificate", host.Output, StringComparison.Ordinal);
        Assert.Contains($"http://localhost:{_apiPort}", host.Output, StringComparison.Ordinal);
        Assert.Contains($"Try: curl http://localhost:{_apiPort}/health", host.Output, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
        await WaitUntilGoneAsync(processes);
    }

    [Fact]
    public async Task Shows_live_lines_and_starts_again_at_once_after_it_was_killed_and_says_what_it_waits_for()
    {
        await using var killed = Start();
        await killed.WaitForLineAsync("mongodb         | -- Running, Healthy", Cancellation);
        await killed.WaitForLineAsync("vault-proxy     | -- Running, Healthy", Cancellation);
        AssertLive(killed.Output);
        var processes = killed.Processes();
        await killed.SignalAsync("KILL", Cancellation);

        await using var next = Start();
        await next.WaitUntilReadyAsync(Cancellation);

        Assert.StartsWith("Waiting for the previous run to end", next.Output, StringComparison.Ordinal);
        Assert.Equal("healthy", await HealthAsync());
        await WaitUntilGoneAsync(processes);
        await next.SignalAsync("INT", Cancellation);
    }

    [Fact]
    public async Task Starts_with_a_developer_certificate_that_nothing_trusts_and_serves_the_dashboard_without_it()
    {
        using var home = new DeveloperHome();
        await home.CreateCertificateAsync(Cancellation);
        var dashboardPort = FreePort.Take();
        await using var host = Start(home.Environment, "--dashboard-port", $"{dashboardPort}");
        await host.WaitUntilReadyAsync(Cancellation);

        Assert.Contains("No trusted Aspire development certificate was found", host.Output, StringComparison.Ordinal);
        var address = Regex.Match(host.Output, "dashboard (http://[^ ]+/login\\?t=[0-9a-f]+)").Groups[1].Value;
        Assert.StartsWith($"http://localhost:{dashboardPort}/", address, StringComparison.Ordinal);
        using var browser = new HttpClient();
        Assert.Contains("<html", await browser.GetStringAsync(address, Cancellation), StringComparison.Ordinal);
        Assert.Equal("healthy", await HealthAsync());
        await host.SignalAsync("INT", Cancellation);
    }

    [Fact]
    public async Task An_isolated_run_takes_data_of_its_own_beside_a_run_that_has_the_usual_ones()
    {
        var data = Path.Combine(_directory, "credit-system");
        using var first = AppHost.Hosting.Launch.DataDirectoryLock.TryTake(data, out _);
        Assert.NotNull(first);
        // What `aspire run --isolated` sets.
        var isolated = new Dictionary<string, string> { ["XDG_DATA_HOME"] = _directory, ["DcpPublisher__RandomizePorts"] = "true" };
        await using var second = AppHostProcess.Start(isolated, "--no-dashboard");
        await second.WaitForLineAsync("redis           | -- Running, Healthy", Cancellation);

        Assert.True(Directory.Exists(Path.Combine($"{data}-2", "redis")));
        Assert.Equal(["apphost.lock", "apphost.pid"], Directory.EnumerateFileSystemEntries(data).Select(Path.GetFileName).Order());
        await second.SignalAsync("INT", Cancellation);
    }

    private AppHostProcess Start(IReadOnlyDictionary<string, string>? environment = null, params string[] dashboard) => AppHostProcess.Start(
        environment ?? new Dictionary<string, string>(),
        [.. dashboard.Length == 0 ? ["--no-dashboard"] : dashboard, "--data-directory", _directory,
            "--api-port", $"{_apiPort}", "--vault-proxy-port", $"{_vaultProxyPort}"]);

    /// <summary>Lines of the resources while they start, without codes of a terminal and without a second time.</summary>
    private static void AssertLive(string output)
    {
        Assert.Contains("vault-proxy     | info: Microsoft.Hosting.Lifetime[0] Hosting environment: Development", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Ready after", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\x1b[", output, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\| \d{4}-\d\d-\d\dT", output);
    }

    private async Task<string?> HealthAsync()
    {
        using var http = new HttpClient();
        return (string?)(await http.GetFromJsonAsync<JsonNode>($"http://localhost:{_apiPort}/health", Cancellation))!["status"];
    }

    private static async Task WaitUntilGoneAsync(IReadOnlyList<int> processes)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (processes.Where(IsRunning).ToList() is { Count: > 0 } left)
        {
            Assert.False(timeout.IsCancellationRequested, $"still running: {string.Join(", ", left)}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);
        }
    }

    /// <summary>A zombie has ended, though its exit code has not been read.</summary>
    private static bool IsRunning(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].TrimStart()[0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
