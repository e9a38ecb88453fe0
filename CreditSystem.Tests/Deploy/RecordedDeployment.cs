using System.Diagnostics;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy;

/// <summary><c>deploy/deploy</c> with a kubectl that writes down what it is asked and answers like a cluster.</summary>
public abstract class RecordedDeployment : IDisposable
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

    private readonly string state = Directory.CreateTempSubdirectory("credit-system-deploy-test-").FullName;

    private protected RecordedDeployment()
    {
        Write("kubectl", Recorder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf("kubectl"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Write("rendered.yaml", "first");
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(state, recursive: true);
    }

    /// <summary>What only asks the server does not count.</summary>
    private protected static bool IsWrite(string call) =>
        call.Contains("apply", StringComparison.Ordinal) && !call.Contains("--dry-run=server", StringComparison.Ordinal);

    private protected string[] Calls => File.ReadAllLines(PathOf("calls"));

    private protected string PathOf(string name) => Path.Combine(state, name);

    private protected void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    private protected Task<ToolProcess.Result> DeployAsync(params string[] args) => RunAsync(token: null, args);

    private protected Task<ToolProcess.Result> RunAsync(string? token, string[] args)
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
