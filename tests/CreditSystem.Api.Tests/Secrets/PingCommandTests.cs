using System.Text.Json.Nodes;
using CreditSystem.Api.Commands;
using CreditSystem.Secrets.Tests;
using CreditSystem.ServiceDefaults.Cli;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.Api.Tests.Secrets;

public sealed class PingCommandTests
{
    [Fact]
    public async Task Pings_fail_where_no_server_answers()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);

        var (mongo, mongoOutput) = await PingAsync(vault, "mongo", "ping", "--json");
        var (redis, redisOutput) = await PingAsync(vault, "redis", "ping");

        Assert.Equal((1, 1), (mongo, redis));
        Assert.Equal("vault", (string?)JsonNode.Parse(mongoOutput)!["credentials_from"]);
        Assert.Contains("redis: no answer", redisOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", mongoOutput + redisOutput, StringComparison.Ordinal);
        Assert.Empty(vault.LiveTokens);
    }

    private static KeyValuePair<string, string?>[] Settings(MinimalVault vault) =>
    [
        new("VAULT_ADDR", vault.Address.ToString()),
        new("VAULT_ROLE_ID", MinimalVault.RoleId),
        new("VAULT_SECRET_ID", "secret-canary-91c2"),
        new("Connections:ConnectTimeout", "00:00:01"),
    ];

    private static async Task<(int Code, string Output)> PingAsync(MinimalVault vault, params string[] args)
    {
        await using var output = new StringWriter();
        var root = ApiCommands.Create(builder =>
        {
            builder.Environment.EnvironmentName = Environments.Development;
            builder.Configuration.AddInMemoryCollection(Settings(vault));
        });
        return (await CommandRunner.RunAsync(root, args, output, ApiCommands.Describe), output.ToString());
    }
}
