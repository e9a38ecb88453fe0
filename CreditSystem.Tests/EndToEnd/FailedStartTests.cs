using System.Net;
using System.Net.Sockets;
using CreditSystem.Testing.Servers;
using CreditSystem.Tests.Fixtures;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>A start that cannot succeed ends by itself, with the reason: Aspire would wait for what has failed without a word.</summary>
[Collection(AppHostProcess.Collection)]
public sealed class FailedStartTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-failed-start-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => AppHostData.DeleteAsync(_directory);

    [Theory]
    [InlineData("mongodb", "The server cannot start")]
    [InlineData("redis", "The server cannot start")]
    public async Task Ends_with_the_reason_when_a_file_is_where_a_server_keeps_its_data(string server, string reason)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, server), "not a folder", Cancellation);

        await EndsAsync(server, reason);
    }

    [Fact]
    public async Task Ends_with_the_reason_when_the_bootstrap_fails()
    {
        // Where the bootstrap writes the credentials of the API.
        await File.WriteAllTextAsync(Path.Combine(_directory, "approle"), "not a folder", Cancellation);

        await EndsAsync("vault-bootstrap", "approle");
    }

    [Fact]
    public async Task Ends_with_the_reason_when_a_server_is_killed()
    {
        await using var host = Start();
        await host.WaitForLineAsync("redis           | -- Running", Cancellation);
        using (var redis = System.Diagnostics.Process.GetProcessById(host.ProcessOf("CreditSystem.Dev.Redis")))
            redis.Kill();

        Assert.Equal(1, await host.WaitForExitAsync(Cancellation));
        Assert.Contains("The system cannot start: 'redis' is ", host.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", "--api-port", "the API")]
    [InlineData("::1", "--api-port", "the API")]
    [InlineData("127.0.0.1", "--vault-proxy-port", "the vault-proxy")]
    public async Task Names_the_port_in_use_and_the_option_that_avoids_it(string address, string option, string what)
    {
        using var occupied = new TcpListener(IPAddress.Parse(address), 0);
        occupied.Start();
        var port = ((IPEndPoint)occupied.LocalEndpoint).Port;
        var other = option == "--api-port" ? "--vault-proxy-port" : "--api-port";

        await using var host = AppHostProcess.Start("--no-dashboard", "--data-directory", _directory, option, $"{port}", other, $"{FreePort.Take()}");
        var exitCode = await host.WaitForExitAsync(Cancellation);

        Assert.Equal(1, exitCode);
        Assert.Contains($"Port {port} of {what} is in use", host.Output, StringComparison.Ordinal);
        Assert.Contains($"-- {option} ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_the_run_that_uses_the_same_data()
    {
        using var taken = AppHost.Hosting.Launch.DataDirectoryLock.TryTake(_directory, out _);
        Assert.NotNull(taken);

        await using var host = Start();

        Assert.Equal(1, await host.WaitForExitAsync(Cancellation));
        Assert.Contains($"Another run (process {Environment.ProcessId}) uses the data in {_directory}", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explains_its_options()
    {
        await using var host = AppHostProcess.Start("--help");

        Assert.Equal(0, await host.WaitForExitAsync(Cancellation));
        Assert.Contains("--data-directory PATH", host.Output, StringComparison.Ordinal);
    }

    private AppHostProcess Start() => AppHostProcess.Start(
        "--no-dashboard", "--data-directory", _directory, "--api-port", $"{FreePort.Take()}", "--vault-proxy-port", $"{FreePort.Take()}");

    private async Task EndsAsync(string resource, string reason)
    {
        await using var host = Start();

        Assert.Equal(1, await host.WaitForExitAsync(Cancellation));
        var said = host.Output[host.Output.IndexOf("The system cannot start", StringComparison.Ordinal)..];
        Assert.StartsWith($"The system cannot start: '{resource}' is ", said, StringComparison.Ordinal);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }
}
