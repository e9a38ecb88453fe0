using CreditSystem.Api.Commands;
using CreditSystem.Identity.Tokens;
using CreditSystem.ServiceDefaults.Cli;
using CreditSystem.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.Api.Tests.Access;

public sealed class TokenCommandTests
{
    [Fact]
    public async Task Prints_a_token_that_the_api_accepts()
    {
        await using var host = await AccessHost.StartAsync();
        var (exitCode, output) = await RunAsync(AccessHost.Key, "--tenant", "demo", "--role", "owner");

        var answer = await host.Client(output).ReadAsync("/scoped");

        Assert.Equal(0, exitCode);
        Assert.Equal((401, "TOKEN_INVALID"), (answer.Status, answer.Code));
        host.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        answer = await host.Client(output).ReadAsync("/scoped");
        Assert.Equal((200, "demo", "development-owner"), (answer.Status, (string?)answer.Body["tenant"], (string?)answer.Body["principal"]));
    }

    [Fact]
    public async Task Limits_the_token_to_the_scopes_asked_for()
    {
        await using var host = await AccessHost.StartAsync();
        host.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        var (_, output) = await RunAsync(AccessHost.Key, "--tenant", "demo", "--scopes", "audit:read", "ops:read");

        Assert.Equal(403, (await host.Client(output).ReadAsync("/scoped")).Status);
    }

    [Theory]
    [InlineData(2, AccessHost.Key, "--role", "owner")]
    [InlineData(2, AccessHost.Key, "--tenant", "demo", "--role", "emperor")]
    public async Task Fails_without_a_tenant_or_with_an_unknown_role(int expected, string key, params string[] args)
    {
        var (exitCode, output) = await RunAsync(key, args);

        Assert.Equal(expected, exitCode);
        Assert.DoesNotContain("eyJ", output);
    }

    [Fact]
    public async Task Fails_outside_development_without_a_key_that_is_long_enough()
    {
        var (exitCode, output) = await RunInAsync(Environments.Production, "too short", "--tenant", "demo");

        Assert.Equal(CommandExitCodes.Failed, exitCode);
        Assert.DoesNotContain("eyJ", output);
    }

    private static Task<(int ExitCode, string Output)> RunAsync(string key, params string[] args) => RunInAsync(Environments.Development, key, args);

    private static async Task<(int ExitCode, string Output)> RunInAsync(string environment, string key, params string[] args)
    {
        var root = ApiCommands.Create(builder =>
        {
            builder.Environment.EnvironmentName = environment;
            builder.Configuration.AddInMemoryCollection([new(SigningKeys.ConfigurationKey, key)]);
        });
        await using var output = new StringWriter();
        var exitCode = await CommandRunner.RunAsync(root, ["token", .. args], output, ApiCommands.Describe);
        return (exitCode, output.ToString().Trim());
    }
}
