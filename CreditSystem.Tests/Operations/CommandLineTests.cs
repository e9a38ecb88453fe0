using System.Diagnostics;
using CreditSystem.ServiceDefaults.Cli;
using CreditSystem.Tests.Deploy;

namespace CreditSystem.Tests.Operations;

/// <summary>The three images as somebody calls them who does not know them by heart.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("CreditSystem.Cli.dll", "bootstrap", "rotate-secret-id")]
    [InlineData("CreditSystem.VaultProxy.dll", "healthcheck")]
    [InlineData("CreditSystem.Api.dll", "vault", "config", "mongo", "redis", "token", "healthcheck")]
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
    [InlineData("CreditSystem.Api.dll", "valt", "status")]
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

    private static Task<ToolProcess.Result> RunAsync(string image, params string[] args) =>
        ToolProcess.RunAsync(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, image), .. args]), "the .NET SDK");
}
