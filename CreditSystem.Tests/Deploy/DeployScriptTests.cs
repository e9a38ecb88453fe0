using CreditSystem.Tests.Deploy.Checklist;

namespace CreditSystem.Tests.Deploy;

/// <summary>What is applied, in which order, and the way back.</summary>
public sealed class DeployScriptTests : RecordedDeployment
{
    [Fact]
    public async Task Checks_then_applies_then_waits_then_validates()
    {
        var result = await DeployAsync("--overlay", "k3s", "--skip-vault-check");

        Assert.True(result.ExitCode == 0, result.Error);
        var calls = Calls;
        int Position(string part) => Array.FindIndex(calls, call => call.Contains(part, StringComparison.Ordinal));
        int[] order =
        [
            Position("get secret vault-approle-creds"), Position("get secret vault-rotator-creds"), Position("apply --server-side --dry-run=server"), Position("apply --server-side --field-manager"), Position("rollout status statefulset/mongodb"),
            Position("rollout status deployment/api"), Position("CreditSystem.Api.dll redis ping"), Position("--from=cronjob/cli"), Position("healthcheck http://127.0.0.1:8080/health"),
        ];
        Assert.DoesNotContain(-1, order);
        Assert.Equal(order.Order(), order);
        // Its neighbours in a pipe start in any order.
        Assert.InRange(Position("create -f -"), Position("redis ping"), order[^1]);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        var result = await DeployAsync("--overlay", "production", "--skip-vault-check", "--dry-run");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("would run: kubectl apply --server-side", result.Output, StringComparison.Ordinal);
        Assert.Contains(Calls, call => call.Contains("diff --server-side", StringComparison.Ordinal));
        Assert.DoesNotContain(Calls, call => IsWrite(call) || call.Contains("exec", StringComparison.Ordinal) || call.Contains("rollout", StringComparison.Ordinal));
        Assert.DoesNotContain("Nothing would change.", result.Output, StringComparison.Ordinal);

        Write("unchanged", "");
        Assert.Contains("Nothing would change.", (await DeployAsync("--overlay", "production", "--skip-vault-check", "--dry-run")).Output, StringComparison.Ordinal);
    }

    /// <summary>The words of kubectl 1.37; some objects would have been applied by then.</summary>
    [Fact]
    public async Task Fields_that_somebody_has_changed_are_shown_before_anything_is_applied_and_taken_on_demand()
    {
        Write("refusal", Conflict);
        var result = await DeployAsync("--skip-vault-check");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("conflict with \"kubectl-patch\" using batch/v1: .spec.suspend", result.Error, StringComparison.Ordinal);
        Assert.Contains("--force-conflicts takes these fields back", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Calls, IsWrite);

        result = await DeployAsync("--skip-vault-check", "--force-conflicts");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains(".spec.suspend", result.Error, StringComparison.Ordinal);
        Assert.Contains(Calls, call => call.Contains("apply --server-side --force-conflicts", StringComparison.Ordinal) && call.EndsWith("rendered.yaml", StringComparison.Ordinal));
    }

    /// <summary>It is the incident's tool: nobody then wants to be told to edit an overlay.</summary>
    [Fact]
    public async Task A_rollback_shows_such_fields_and_takes_them()
    {
        await DeployAsync("--skip-vault-check");
        Write("rendered.yaml", "second");
        await DeployAsync("--skip-vault-check");
        Write("refusal", Conflict);

        var result = await DeployAsync("rollback");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains(".spec.suspend", result.Error, StringComparison.Ordinal);
        Assert.Equal("first", File.ReadAllText(PathOf("applied")).Trim());
        Assert.Contains(Calls, call => call.Contains("apply --server-side --force-conflicts", StringComparison.Ordinal) && call.EndsWith("rendered.yaml", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("The StatefulSet \"mongodb\" is invalid: spec.volumeClaimTemplates: Invalid value: [{\"storage\":\"20Gi\"}]: field is immutable", 3, "To grow a volume: docs/operations.md")]
    [InlineData("The StatefulSet \"mongodb\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' are forbidden", 3, "To grow a volume: docs/operations.md")]
    [InlineData("Error from server (Invalid): Deployment.apps \"api\" is invalid: spec.replicas: Invalid value: -1", 1, "nothing was applied")]
    public async Task What_the_server_refuses_is_found_before_anything_is_applied(string refusal, int expected, string words)
    {
        Write("refusal", $"{refusal}\n{(expected == 1 ? Conflict : "")}");

        // Not even by force.
        var result = await DeployAsync("--skip-vault-check", "--force-conflicts");

        Assert.Equal(expected, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.Contains(refusal, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Calls, IsWrite);
    }

    [Fact]
    public async Task Only_a_healthy_API_is_a_success()
    {
        var result = await DeployAsync("--skip-vault-check");

        Assert.True(result.ExitCode == 0, result.Error);
        // Which asks for the document's word, not for the status (HealthProbeTests).
        Assert.EndsWith("CreditSystem.Api.dll healthcheck http://127.0.0.1:8080/health --wait-seconds 30", Assert.Single(Calls, call => call.Contains("/health ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    /// <summary>On the port that requests come to, which speaks HTTPS in an overlay with the component certificates-api.</summary>
    [Fact]
    public async Task Asks_for_health_by_TLS_where_the_API_speaks_it()
    {
        using var copy = new SourceCopy();
        Write("rendered.yaml", CertificateComponentTests.Render(copy, "k3s", "certificates", "certificates-api").Text);

        var result = await DeployAsync("--skip-vault-check");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains(
            Calls, call => call.EndsWith("healthcheck https://127.0.0.1:8080/health --wait-seconds 30", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no-secret", "Secret vault-approle-creds with role_id and secret_id is missing")]
    [InlineData("no-namespace", "namespace credit-system is missing")]
    public async Task Stops_before_it_writes_when_a_prerequisite_is_missing(string what, string message)
    {
        Write(what, "");
        var result = await DeployAsync("--skip-vault-check");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Calls, IsWrite);
    }

    [Theory]
    [InlineData("rollout status deployment/api", "not up within")]
    [InlineData("mongo ping", "a part does not reach another")]
    [InlineData("create -f -", "a part does not reach another")]
    [InlineData("/health", "the API is not healthy")]
    public async Task Says_which_step_failed_and_how_to_go_back(string call, string message)
    {
        Write("fail-on", call);
        var result = await DeployAsync("--skip-vault-check");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains("deploy/deploy rollback", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("deployment-current")));
    }

    [Fact]
    public async Task Rolls_back_to_what_was_applied_before()
    {
        Assert.Equal(3, (await DeployAsync("rollback")).ExitCode);
        await DeployAsync("--skip-vault-check");
        Write("rendered.yaml", "second");
        await DeployAsync("--skip-vault-check");
        Assert.Equal("second", File.ReadAllText(PathOf("applied")));

        var result = await DeployAsync("rollback");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("first", File.ReadAllText(PathOf("applied")).Trim());
        Assert.Equal("first", File.ReadAllText(PathOf("deployment-current")).Trim());
    }

    [Fact]
    public async Task The_same_deployment_again_leaves_the_way_back_as_it_is()
    {
        await DeployAsync("--skip-vault-check");
        Write("rendered.yaml", "second");
        await DeployAsync("--skip-vault-check");
        await DeployAsync("--skip-vault-check");
        Assert.Equal("first", File.ReadAllText(PathOf("deployment-previous")).Trim());
    }

    [Fact]
    public async Task Reaches_Vault_through_a_running_proxy_or_says_that_it_cannot()
    {
        Assert.Equal(0, (await DeployAsync()).ExitCode);
        Assert.Contains(Calls, call => call.Contains("healthcheck http://10.0.0.1:8200/v1/sys/health", StringComparison.Ordinal));

        Write("fail-on", "sys/health");
        var result = await DeployAsync();
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("Vault at http://10.0.0.1:8200 is reachable neither", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--unknown")]
    [InlineData("--overlay", "nowhere")]
    public async Task Refuses_what_it_does_not_know(params string[] args) => Assert.Equal(2, (await DeployAsync(args)).ExitCode);

    private const string Conflict = """
        error: Apply failed with 1 conflict: conflict with "kubectl-patch" using batch/v1: .spec.suspend
        Please review the fields above--they currently have other managers. Here
        are the ways you can resolve this warning:
        * If you intend to manage all of these fields, please re-run the apply
          command with the `--force-conflicts` flag.
        """;
}
