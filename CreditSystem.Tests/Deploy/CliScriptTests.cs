using System.Diagnostics;
using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy;

/// <summary><c>deploy/cli</c> with a kubectl that writes down what it is asked.</summary>
public sealed class CliScriptTests : IDisposable
{
    private const string Recorder = """
        #!/usr/bin/env bash
        echo "$*" >> "$STATE/calls"
        case "$*" in
          *"create secret"*) cat > "$STATE/token" ;;
          *" patch --local "*) cat >/dev/null; printf '%s\n' "${@: -3:1}" > "$STATE/patch" ;;
          *"create -f -"*) cat >/dev/null; [ ! -e "$STATE/refused" ] || exit 1 ;;
          *" logs "*) echo "log of the job" ;;
          *"get pods"*) cat "$STATE/exit-code" ;;
        esac
        """;

    private readonly string state = Directory.CreateTempSubdirectory("credit-system-cli-test-").FullName;

    public CliScriptTests()
    {
        File.WriteAllText(PathOf("kubectl"), Recorder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf("kubectl"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string Calls => File.ReadAllText(PathOf("calls"));

    public void Dispose() => Directory.Delete(state, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Hands_the_arguments_over_as_they_are_and_ends_as_the_command_does(int exitCode)
    {
        string[] args = ["vault", "rollback", "a \"quoted\" \\ path", "--to", "3"];

        var result = await RunAsync(exitCode, token: null, args);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal("log of the job\n", result.Output);
        Assert.Equal(args, Assert.Single(Changes())!["value"]!.AsArray().Select(value => (string?)value));
        Assert.Contains("--from=cronjob/cli --dry-run=client", Calls, StringComparison.Ordinal);
        Assert.Matches(@"delete job,secret cli-\d+-\d+ .*\n$", Calls);
    }

    [Fact]
    public async Task A_token_is_a_secret_of_this_one_run_and_no_argument()
    {
        const string Token = "canary-token-of-an-administrator";

        await RunAsync(0, Token, "vault", "secrets");

        Assert.Equal(Token, File.ReadAllText(PathOf("token")));
        var variable = Changes().Last()!["value"]!;
        Assert.Equal("VAULT_TOKEN", (string?)variable["name"]);
        Assert.Contains($"create secret generic {variable["valueFrom"]!["secretKeyRef"]!["name"]} ", Calls, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, Calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_run_is_said_with_another_exit_code_than_any_of_the_commands()
    {
        Assert.Equal(3, (await RunAsync(0, token: null)).ExitCode);
        File.WriteAllText(PathOf("refused"), "");

        var result = await RunAsync(0, token: null, "vault", "status");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("the Job cannot be made", result.Error, StringComparison.Ordinal);
    }

    private string PathOf(string name) => Path.Combine(state, name);

    private JsonArray Changes() => JsonNode.Parse(File.ReadAllText(PathOf("patch")))!.AsArray();

    private Task<ToolProcess.Result> RunAsync(int exitCode, string? token, params string[] args)
    {
        File.WriteAllText(PathOf("exit-code"), $"{exitCode}");
        var start = new ProcessStartInfo("bash", [Repository.PathOf("deploy", "cli"), .. args]);
        start.Environment["KUBECTL"] = PathOf("kubectl");
        start.Environment["STATE"] = state;
        start.Environment["VAULT_TOKEN"] = token;
        return ToolProcess.RunAsync(start, "bash");
    }
}
