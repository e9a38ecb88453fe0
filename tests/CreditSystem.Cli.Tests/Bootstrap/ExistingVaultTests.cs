using System.Text.Json.Nodes;
using CreditSystem.Testing.Vault;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>The bootstrap beside what somebody has made before, or has made stricter since.</summary>
public sealed class ExistingVaultTests : IAsyncLifetime
{
    private const string Role = "auth/approle/role/credit-system-approle";
    private const string Policy = "sys/policies/acl/credit-system-policy";

    private DevVault _vault = null!;
    private CliRun _command = null!;

    public async ValueTask InitializeAsync()
    {
        _vault = await DevVault.StartAsync(TimeProvider.System);
        _command = new CliRun(new Dictionary<string, string?> { ["VAULT_ADDR"] = $"{_vault.Address}", ["VAULT_TOKEN"] = DevVault.RootToken });
        var (exitCode, output) = await _command.BootstrapAsync();
        Assert.True(exitCode == 3, output);
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    [Fact]
    public async Task A_second_run_changes_nothing_and_a_plan_says_so()
    {
        var before = _vault.AuditLines().Count(IsWrite);

        var (exitCode, output) = await _command.BootstrapAsync("--dry-run");
        Assert.True(exitCode == 3, output);
        Assert.Matches("Plan: 0 to change \\(\\+ ~\\), [0-9]{2} to leave as they are \\(=\\), 0 in the way \\(!\\)", output);
        (exitCode, output) = await _command.BootstrapAsync();

        Assert.Contains("Changed: 0.", output, StringComparison.Ordinal);
        Assert.Equal(before, _vault.AuditLines().Count(IsWrite));
    }

    [Theory]
    [InlineData("path \"secret/data/credit-system/app\" { capabilities = [\"read\"] }", "would grant more than now: read on secret/data/credit-system/*")]
    [InlineData("path \"secret/data/credit-system/*\" { capabilities = [\"read\"]\n required_parameters = [\"version\"] }", "restricts more than paths and capabilities")]
    public async Task A_policy_that_somebody_has_narrowed_is_not_widened_again(string narrowed, string reason)
    {
        await _vault.DoAsync("PUT", Policy, new { policy = narrowed });

        var (exitCode, output) = await _command.BootstrapAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("! policy credit-system-policy has been changed by hand", output, StringComparison.Ordinal);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", output, StringComparison.Ordinal);
        Assert.Equal(narrowed, (string?)(await _vault.DoAsync("GET", Policy))["policy"]);
        (exitCode, output) = await _command.BootstrapAsync("--allow-weaker");
        Assert.True(exitCode == 3, output);
        Assert.Contains("path \"secret/data/credit-system/*\"", (string)(await _vault.DoAsync("GET", Policy))["policy"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_grants_more_than_is_needed_is_narrowed()
    {
        await _vault.DoAsync("PUT", Policy, new { policy = "# by hand\npath \"*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\", \"sudo\"] }" });

        var (exitCode, output) = await _command.BootstrapAsync();

        Assert.True(exitCode == 3, output);
        Assert.Contains("~ policy credit-system-policy, which was wider", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret_id_ttl", 3600, "secret_id_ttl from 3600 to 93600")]
    [InlineData("token_policies", new[] { "default" }, "token_policies from default to credit-system-policy")]
    public async Task A_role_is_not_made_weaker(string field, object value, string reason)
    {
        await _vault.DoAsync("POST", Role, new JsonObject { [field] = System.Text.Json.JsonSerializer.SerializeToNode(value) });

        var (exitCode, output) = await _command.BootstrapAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains($"! role {Role} would be weaker: {reason}", output, StringComparison.Ordinal);
        Assert.Equal(3, (await _command.BootstrapAsync("--allow-weaker")).ExitCode);
    }

    [Fact]
    public async Task What_is_stricter_than_wanted_and_does_no_harm_stays()
    {
        await _vault.DoAsync("POST", Role, new { token_ttl = "10m", secret_id_num_uses = 40, token_bound_cidrs = "127.0.0.0/8", token_type = "batch" });

        var (exitCode, output) = await _command.BootstrapAsync();

        Assert.True(exitCode == 3, output);
        Assert.Contains($"= role {Role} (stricter, and left so: token_ttl 600)", output, StringComparison.Ordinal);
        var role = await _vault.DoAsync("GET", Role);
        Assert.Equal((600, 40, "batch", 1), ((int)role["token_ttl"]!, (int)role["secret_id_num_uses"]!, (string)role["token_type"]!, role["token_bound_cidrs"]!.AsArray().Count));
    }

    [Fact]
    public async Task The_options_make_the_role_stricter_and_are_idempotent()
    {
        string[] options = ["--token-type", "batch", "--secret-id-uses", "200", "--secret-id-cidr", "10.0.0.0/24", "--secret-id-cidr", "127.0.0.1/32", "--token-cidr", "10.0.0.0/24"];

        var (exitCode, output) = await _command.BootstrapAsync(options);
        Assert.True(exitCode == 3, output);
        Assert.Contains($"~ role {Role}: token_type, secret_id_num_uses, secret_id_bound_cidrs, token_bound_cidrs", output, StringComparison.Ordinal);
        Assert.Contains("Changed: 0.", (await _command.BootstrapAsync(options)).Output, StringComparison.Ordinal);

        // Wider addresses are weaker, narrower ones are not.
        Assert.Contains("secret_id_bound_cidrs from", (await _command.BootstrapAsync("--secret-id-cidr", "0.0.0.0/0")).Output, StringComparison.Ordinal);
        Assert.Equal(3, (await _command.BootstrapAsync("--secret-id-cidr", "10.0.0.8/29")).ExitCode);
    }

    [Theory]
    [InlineData("--token-type", "periodic", "--token-type is service or batch")]
    [InlineData("--secret-id-cidr", "10.0.0.300/24", "is no block of addresses")]
    [InlineData("--secret-id-uses", "many", "must be a whole number")]
    public async Task An_option_that_cannot_be_right_is_wrong_usage(string option, string value, string message)
    {
        var (exitCode, output) = await _command.BootstrapAsync(option, value);

        Assert.Equal(2, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    private static bool IsWrite(JsonObject line) =>
        (string?)line["type"] == "request" && (string?)line["request"]?["operation"] is "create" or "update" or "delete"
        && (string?)line["request"]?["path"] is not ("sys/capabilities-self" or null);
}
