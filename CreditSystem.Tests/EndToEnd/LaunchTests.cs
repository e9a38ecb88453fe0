using System.Net;
using System.Net.Sockets;
using CreditSystem.Tests.Fixtures;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>What a newcomer sees of the AppHost: its lines, its end, and what it says when it cannot start.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class LaunchTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-launch-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("INT")]
    [InlineData("KILL")]
    public async Task Leaves_no_process_behind_however_it_ends(string signal)
    {
        var apiPort = DevServerProcess.FreePort();
        await using var host = AppHostProcess.Start(
            "--no-dashboard", "--data-directory", _directory, "--api-port", $"{apiPort}", "--vault-proxy-port", $"{DevServerProcess.FreePort()}");
        await host.WaitUntilReadyAsync(Cancellation);
        var descendants = await host.DescendantsAsync(Cancellation);

        var exitCode = await host.SignalAsync(signal, Cancellation);

        Assert.True(descendants.Count >= 5, $"only {descendants.Count} processes were running");
        Assert.Contains($"http://localhost:{apiPort}", host.Output, StringComparison.Ordinal);
        Assert.Contains($"Try: curl http://localhost:{apiPort}/health", host.Output, StringComparison.Ordinal);
        Assert.Equal(signal == "KILL" ? 137 : 0, exitCode);
        await WaitUntilGoneAsync(descendants);
    }

    [Fact]
    public async Task Names_the_port_in_use_and_the_option_that_avoids_it()
    {
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var port = ((IPEndPoint)occupied.LocalEndpoint).Port;

        await using var host = AppHostProcess.Start("--no-dashboard", "--data-directory", _directory, "--api-port", $"{port}", "--vault-proxy-port", $"{DevServerProcess.FreePort()}");
        var exitCode = await host.WaitForExitAsync(Cancellation);

        Assert.Equal(1, exitCode);
        Assert.Contains($"Port {port} of the API is in use", host.Output, StringComparison.Ordinal);
        Assert.Contains("--api-port", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explains_its_options()
    {
        await using var host = AppHostProcess.Start("--help");

        Assert.Equal(0, await host.WaitForExitAsync(Cancellation));
        Assert.Contains("--data-directory PATH", host.Output, StringComparison.Ordinal);
    }

    private static async Task WaitUntilGoneAsync(IReadOnlyList<int> processes)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (processes.Where(IsRunning).ToList() is { Count: > 0 } left)
        {
            Assert.False(patience.IsCancellationRequested, $"still running: {string.Join(", ", left.Select(CommandLine))}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);
        }
    }

    /// <summary>A zombie has ended, whoever has yet to ask for its exit code.</summary>
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

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return $"{process}";
        }
    }
}
