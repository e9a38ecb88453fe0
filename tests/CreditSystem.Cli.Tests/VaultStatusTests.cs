using System.Text.Json.Nodes;
using CreditSystem.Secrets.Tests;
using CreditSystem.Testing.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Cli.Tests;

/// <summary><c>vault status</c> tells the API's own state, which it asks the API for, apart from what its own login finds.</summary>
public sealed class VaultStatusTests
{
    private const string Degraded = """
        {"status":"degraded","address":"http://vault-proxy:8200","authenticated":true,
         "token":{"accessor":"accessor-of-the-api","expires_at":"2026-11-28T03:00:00+00:00","due_at":"2026-11-28T02:40:00+00:00","max_ttl_near":false},
         "credentials_generation":"a1b2c3d4","health_status":503,"confirmed_at":"2026-11-28T01:59:00+00:00","degraded_since":"2026-11-28T02:00:00+00:00",
         "reason":"Vault is sealed.","secrets_from":"vault","violations":["mongodb:port is no number"],"secrets":[]}
        """;

    private const string Healthy = """{"status":"healthy","authenticated":true,"token":{"accessor":"accessor-of-the-api","expires_at":"2026-11-28T03:00:00+00:00","due_at":"2026-11-28T02:40:00+00:00","max_ttl_near":false},"violations":[],"secrets":[]}""";

    [Fact]
    public async Task A_degraded_API_is_told_with_its_own_token_since_when_and_why_and_is_no_success()
    {
        var (exitCode, output) = await AskAsync(200, Degraded);

        Assert.Equal(1, exitCode);
        Assert.Matches(@"The API \(http://127\.0\.0\.1:\d+/vault/status\)\n", output);
        Assert.Contains("degraded since 2026-11-28 02:00:00Z", output, StringComparison.Ordinal);
        Assert.Contains("Vault is sealed.", output, StringComparison.Ordinal);
        Assert.Contains("mongodb:port is no number", output, StringComparison.Ordinal);
        var (api, own) = (output.IndexOf("accessor-of-the-api", StringComparison.Ordinal), output.IndexOf("This command, with a login of its own", StringComparison.Ordinal));
        Assert.True(api > 0 && api < own, output);
        Assert.DoesNotContain("accessor-of-the-api", output[own..], StringComparison.Ordinal);
        Assert.Contains("revoked when this ends", output[own..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_healthy_API_is_a_success_also_for_scripts()
    {
        var (exitCode, output) = await AskAsync(200, Healthy, "--json");

        var answer = JsonNode.Parse(output)!;
        Assert.Equal(0, exitCode);
        Assert.Equal("accessor-of-the-api", (string?)answer["api"]!["status"]!["token"]!["accessor"]);
        Assert.NotEqual("accessor-of-the-api", (string?)answer["token_accessor"]);
    }

    [Theory]
    [InlineData(500, "", "It answers 500.")]
    [InlineData(200, "<html>", "What answers there is no API of this version.")]
    public async Task An_API_that_cannot_be_asked_is_said_so(int status, string body, string words)
    {
        var (exitCode, output) = await AskAsync(status, body);

        Assert.Equal(0, exitCode);
        Assert.Contains(words, output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> AskAsync(int status, string body, params string[] args)
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var api = builder.Build();
        api.MapGet("/vault/status", () => Results.Content(body, "application/json", statusCode: status));
        await api.StartAsync(TestContext.Current.CancellationToken);
        return await CliRun.OnInstallationAsync(
        [
            new("VAULT_ADDR", $"{vault.Address}"),
            new("VAULT_ROLE_ID", MinimalVault.RoleId),
            new("VAULT_SECRET_ID", "secret-canary-91c2"),
            new("CREDIT_SYSTEM_API", api.Urls.Single()),
        ], ["vault", "status", .. args]);
    }
}
