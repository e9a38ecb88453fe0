using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CreditSystem.ServiceDefaults.Cli;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Operations;

/// <summary>The three images as somebody calls them who does not know them by heart.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("CreditSystem.Cli.dll", "bootstrap", "rotate-secret-id", "vault", "config", "ledger")]
    [InlineData("CreditSystem.VaultProxy.dll", "healthcheck")]
    [InlineData("CreditSystem.Api.dll", "mongo", "redis", "token", "healthcheck")]
    public async Task Asked_for_help_it_names_its_commands(string image, params string[] commands)
    {
        var result = await RunAsync(image, "--help");

        Assert.Equal(0, result.ExitCode);
        Assert.All(commands, command => Assert.Contains(command, result.Output, StringComparison.Ordinal));
    }

    /// <summary>A CronJob with a slip of the pen would otherwise run a second proxy until its deadline.</summary>
    [Theory]
    [InlineData("CreditSystem.Cli.dll", "rotate-secretid")]
    [InlineData("CreditSystem.VaultProxy.dll", "helthcheck")]
    [InlineData("CreditSystem.Cli.dll", "valt", "status")]
    [InlineData("CreditSystem.Api.dll", "mongoo", "ping")]
    public async Task A_misspelt_command_is_refused_and_starts_no_service(string image, params string[] args)
    {
        var result = await RunAsync(image, args);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains($"'{args[0]}'", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Now listening", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls", false)]
    [InlineData("--environment=Production", false)]
    [InlineData("Ledger:AuditIntervalSeconds=1", false)]
    [InlineData("/urls", false)]
    [InlineData("", false)]
    [InlineData("-h", true)]
    [InlineData("anything", true)]
    public void Settings_of_the_host_are_no_commands(string argument, bool isCommand) => Assert.Equal(isCommand, CliArguments.IsCommand(argument));

    /// <summary>In the middle of a request to a server that takes the connection and says nothing.</summary>
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_command_that_a_signal_ends_says_so(string signal, int expected)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CreditSystem.Cli.dll"), "bootstrap"]) { RedirectStandardError = true };
        start.Environment["VAULT_ADDR"] = $"http://{silent.LocalEndpoint}";
        start.Environment["VAULT_TOKEN"] = "s.none";
        using var command = Process.Start(start)!;
        var error = command.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var connection = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await connection.GetStream().ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);

        using var kill = Process.Start("kill", [$"-{signal}", $"{command.Id}"]);
        await command.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((expected, "error: Interrupted."), (command.ExitCode, (await error).Trim()));
    }

    private static Task<ToolProcess.Result> RunAsync(string image, params string[] args) =>
        ToolProcess.RunAsync(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, image), .. args]), "the .NET SDK");
}
