using System.Security.Cryptography;
using System.Text;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy;

/// <summary>The first deployment, with an administrator's token.</summary>
public sealed class DeployBootstrapTests : RecordedDeployment
{
    private const string Administrator = "canary-token-of-an-administrator";

    [Fact]
    public async Task The_first_time_it_makes_everything_with_an_administrators_token_that_it_leaves_nowhere()
    {
        Write("no-namespace", "");
        Write("no-secret", "");

        var result = await BootstrapAsync();

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("log of the job", result.Output, StringComparison.Ordinal);
        Assert.Equal(["applied", "job", "databases", "api"], Calls.Select(call => call switch
        {
            _ when call.Contains("rendered.yaml", StringComparison.Ordinal) && IsWrite(call) && call.Contains("apply", StringComparison.Ordinal) => "applied",
            _ when call.Contains("bootstrap.yaml", StringComparison.Ordinal) && call.Contains("apply", StringComparison.Ordinal) => "job",
            _ when call.Contains("rollout status statefulset/mongodb", StringComparison.Ordinal) => "databases",
            _ when call.Contains("rollout status deployment/api", StringComparison.Ordinal) => "api",
            _ => null,
        }).OfType<string>());
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Administrator))), File.ReadAllText(PathOf("token.sha256")), StringComparison.Ordinal);
        // The Job's Role would not let it look.
        Assert.Contains(Calls, call => call.Contains("create secret generic vault-bootstrap", StringComparison.Ordinal) && call.Contains("--from-literal=cluster=3f2c1d5e-0000-4000-8000-000000000001", StringComparison.Ordinal));
        AssertNothingOfTheBootstrapIsLeft(result);
    }

    [Fact]
    public async Task A_bootstrap_that_fails_ends_the_deployment_and_leaves_nothing_of_itself()
    {
        Write("bootstrap-fails", "");

        var result = await BootstrapAsync();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("the bootstrap has failed", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Calls, call => call.Contains("rollout", StringComparison.Ordinal));
        AssertNothingOfTheBootstrapIsLeft(result);
    }

    [Fact]
    public async Task A_bootstrap_needs_a_token_and_a_dry_run_of_it_writes_nothing()
    {
        var result = await DeployAsync("--bootstrap");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("set VAULT_TOKEN", result.Error, StringComparison.Ordinal);

        Write("no-namespace", "");
        result = await BootstrapAsync("--dry-run");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.DoesNotContain(Calls, call => call.Contains("apply", StringComparison.Ordinal) || call.Contains("delete", StringComparison.Ordinal) || call.Contains("diff", StringComparison.Ordinal));
    }

    /// <summary>Its last calls take the Job and its Secret away, and no call and no output ever held the token.</summary>
    private void AssertNothingOfTheBootstrapIsLeft(ToolProcess.Result result)
    {
        var calls = Calls;
        int LastOf(string part) => Array.FindLastIndex(calls, call => call.Contains(part, StringComparison.Ordinal));
        Assert.True(LastOf("delete -f") > LastOf("apply --server-side --force-conflicts --field-manager=credit-system-deploy -f -"));
        Assert.True(LastOf("delete secret vault-bootstrap") > LastOf("create secret generic vault-bootstrap"));
        Assert.DoesNotContain(Administrator, $"{result.Output}{result.Error}{string.Join('\n', calls)}", StringComparison.Ordinal);
    }

    private Task<ToolProcess.Result> BootstrapAsync(params string[] args) => RunAsync(Administrator, ["--bootstrap", .. args]);
}
