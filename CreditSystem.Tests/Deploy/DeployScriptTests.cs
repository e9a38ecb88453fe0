using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

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
          *"create secret"*) sha256sum > "$STATE/token.sha256" ;;
          *"get job"*) [ -e "$STATE/bootstrap-fails" ] || echo -n 1 ;;
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
            Position("get secret vault-approle-creds"), Position("get secret vault-rotator-creds"), Position("apply --server-side"), Position("rollout status statefulset/mongodb"),
            Position("rollout status deployment/api"), Position("CreditSystem.Api.dll vault status"), Position("CreditSystem.Api.dll redis ping"), Position("healthcheck http://127.0.0.1:8080/health"),
        ];
        Assert.DoesNotContain(-1, order);
        Assert.Equal(order.Order(), order);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        var result = await DeployAsync("--overlay", "production", "--skip-vault-check", "--dry-run");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("would run: kubectl apply --server-side", result.Output, StringComparison.Ordinal);
        Assert.Contains(Calls, call => call.Contains("diff --server-side", StringComparison.Ordinal));
        Assert.DoesNotContain(Calls, call => call.Contains("apply", StringComparison.Ordinal) || call.Contains("exec", StringComparison.Ordinal) || call.Contains("rollout", StringComparison.Ordinal));
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
        Assert.DoesNotContain(Calls, call => call.Contains("apply", StringComparison.Ordinal));
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
            _ when call.Contains("rendered.yaml", StringComparison.Ordinal) && call.Contains("apply", StringComparison.Ordinal) => "applied",
            _ when call.Contains("bootstrap.yaml", StringComparison.Ordinal) && call.Contains("apply", StringComparison.Ordinal) => "job",
            _ when call.Contains("rollout status statefulset/mongodb", StringComparison.Ordinal) => "databases",
            _ when call.Contains("rollout status deployment/api", StringComparison.Ordinal) => "api",
            _ => null,
        }).OfType<string>());
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Administrator))), File.ReadAllText(PathOf("token.sha256")), StringComparison.Ordinal);
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
