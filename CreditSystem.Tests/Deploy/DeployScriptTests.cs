using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using CreditSystem.Testing;
using CreditSystem.Tests.Deploy.Checklist;

namespace CreditSystem.Tests.Deploy;

/// <summary><c>deploy/deploy</c> with a kubectl that writes down what it is asked and answers like a cluster.</summary>
public sealed class DeployScriptTests : IDisposable
{
    private const string Recorder = """
        #!/usr/bin/env bash
        # A cluster as files: $STATE/fail-on is a pattern of the call that fails, $STATE/<configmap> what apply has stored.
        echo "$*" >> "$STATE/calls"
        if [ -s "$STATE/fail-on" ] && [[ "$*" == *"$(cat "$STATE/fail-on")"* ]]; then echo "refused" >&2; exit 1; fi
        case "$*" in
          "kustomize "*) cat "$STATE/rendered.yaml" ;;
          *"--dry-run=server"*) if [ -s "$STATE/refusal" ]; then cat "$STATE/refusal" >&2; exit 1; fi ;;
          *" diff "*) [ -e "$STATE/unchanged" ] || exit 1 ;;
          *"get namespace kube-system"*) echo -n 3f2c1d5e-0000-4000-8000-000000000001 ;;
          *"create secret"*) sha256sum > "$STATE/token.sha256" ;;
          *"get job"*) [ -e "$STATE/bootstrap-fails" ] || echo -n 1 ;;
          *"get pods"*) echo -n 0 ;;
          *" patch --local "* | *"create -f -"*) cat >/dev/null ;;
          *" logs "*) echo "log of the job" ;;
          *"get namespace"*) [ -e "$STATE/no-namespace" ] || echo namespace/credit-system ;;
          *"get secret"*) [ -e "$STATE/no-secret" ] || echo -n complete ;;
          *"get configmap"*) name=$(sed -E 's/.*get configmap ([^ ]+).*/\1/' <<<"$*"); [ ! -e "$STATE/$name" ] || cat "$STATE/$name" ;;
          *"create configmap"*) name=$(sed -E 's/.*create configmap ([^ ]+).*/\1/' <<<"$*"); file=$(sed -E 's/.*--from-file=rendered.yaml=([^ ]+).*/\1/' <<<"$*"); echo "name: $name"; sed 's/^/    /' "$file" ;;
          *"apply"*)
            file=${*: -1}; [ "$file" != - ] || { cat >/dev/null; exit 0; }
            name=$(sed -n '1s/^name: //p' "$file")
            [ -z "$name" ] || sed '1d; s/^    //' "$file" > "$STATE/$name"
            [[ -n "$name" || "$file" == *bootstrap.yaml ]] || cp "$file" "$STATE/applied" ;;
        esac
        """;

    private const string Administrator = "canary-token-of-an-administrator";

    private readonly string state = Directory.CreateTempSubdirectory("credit-system-deploy-test-").FullName;

    public DeployScriptTests()
    {
        Write("kubectl", Recorder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf("kubectl"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Write("rendered.yaml", "first");
    }

    public void Dispose() => Directory.Delete(state, recursive: true);

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

    /// <summary>What only asks the server does not count.</summary>
    private static bool IsWrite(string call) => call.Contains("apply", StringComparison.Ordinal) && !call.Contains("--dry-run=server", StringComparison.Ordinal);

    private string[] Calls => File.ReadAllLines(PathOf("calls"));

    private string PathOf(string name) => Path.Combine(state, name);

    private void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    /// <summary>Its last calls take the Job and its Secret away, and no call and no output ever held the token.</summary>
    private void AssertNothingOfTheBootstrapIsLeft(ToolProcess.Result result)
    {
        var calls = Calls;
        int LastOf(string part) => Array.FindLastIndex(calls, call => call.Contains(part, StringComparison.Ordinal));
        Assert.True(LastOf("delete -f") > LastOf("apply --server-side --force-conflicts --field-manager=credit-system-deploy -f -"));
        Assert.True(LastOf("delete secret vault-bootstrap") > LastOf("create secret generic vault-bootstrap"));
        Assert.DoesNotContain(Administrator, $"{result.Output}{result.Error}{string.Join('\n', calls)}", StringComparison.Ordinal);
    }

    private Task<ToolProcess.Result> DeployAsync(params string[] args) => RunAsync(token: null, args);

    private Task<ToolProcess.Result> BootstrapAsync(params string[] args) => RunAsync(Administrator, ["--bootstrap", .. args]);

    private Task<ToolProcess.Result> RunAsync(string? token, string[] args)
    {
        var start = new ProcessStartInfo("bash", [Repository.PathOf("deploy", "deploy"), .. args]);
        start.Environment["KUBECTL"] = PathOf("kubectl");
        start.Environment["RENDER"] = PathOf("kubectl");
        start.Environment["STATE"] = state;
        start.Environment["VAULT_TOKEN"] = token;
        // The test sends nothing to Vault's address.
        start.Environment["VAULT_UNREACHABLE_FROM_HERE"] = "yes";
        return ToolProcess.RunAsync(start, "bash");
    }
}
