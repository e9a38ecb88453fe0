using CreditSystem.Testing;
using CreditSystem.Tests.Deploy;

namespace CreditSystem.Tests.Observability;

/// <summary>What a cluster with the Prometheus operator is given.</summary>
public sealed class MonitoringComponentTests
{
    private const string Header = """
        # Written from deploy/monitoring/rules by CREDIT_SYSTEM_WRITE_DOCS=1 and the test class MonitoringComponentTests: do not edit.
        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata:
          name: credit-system
        spec:
          groups:

        """;

    [Fact]
    public async Task Has_the_same_rules_as_a_Prometheus_without_an_operator()
    {
        var path = Repository.PathOf("deploy", "components", "monitoring", "prometheus-rule.yaml");
        var expected = Header + string.Concat(new[] { "recording.yaml", "alerts.yaml" }.Select(Groups));
        if (Environment.GetEnvironmentVariable("CREDIT_SYSTEM_WRITE_DOCS") == "1")
            await File.WriteAllTextAsync(path, expected, TestContext.Current.CancellationToken);

        Assert.Equal(expected, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Renders_in_an_overlay_with_the_dashboards_and_both_services()
    {
        using var overlay = new TemporaryOverlay();
        var (exitCode, text, error) = Kustomize.Build(overlay.Path);

        Assert.True(exitCode == 0, error);
        Assert.Equal(2, text.Split("kind: ServiceMonitor").Length - 1);
        Assert.Contains("kind: PrometheusRule", text);
        Assert.All(new[] { "overview.json", "ledger.json", "secrets.json", "proxy.json", "slo.json" }, dashboard => Assert.Contains($"{dashboard}: |", text));
        Assert.Contains("grafana_dashboard: \"1\"", text);
    }

    /// <summary>Below the list's key, indented once more.</summary>
    private static string Groups(string file)
    {
        var text = File.ReadAllText(Path.Combine(MonitoringFiles.Directory, "rules", file));
        var lines = text[(text.IndexOf("groups:\n", StringComparison.Ordinal) + "groups:\n".Length)..].TrimEnd('\n').Split('\n');
        return string.Concat(lines.Select(line => line.Length == 0 ? "\n" : $"  {line}\n"));
    }

    /// <summary>kustomize takes components by relative paths only, so the overlay and a copy of them share a folder of their own.</summary>
    private sealed class TemporaryOverlay : IDisposable
    {
        public TemporaryOverlay() => File.WriteAllText(System.IO.Path.Combine(Path, "kustomization.yaml"), """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            components:
            - components/monitoring
            """);

        public string Path { get; } = CopyOf(Repository.PathOf("deploy"));

        public void Dispose() => Directory.Delete(Path, recursive: true);

        private static string CopyOf(string deploy)
        {
            var copy = Directory.CreateTempSubdirectory("credit-system-monitoring-").FullName;
            foreach (var folder in new[] { "monitoring", "components/monitoring" })
            {
                foreach (var file in Directory.GetFiles(System.IO.Path.Combine(deploy, folder), "*", SearchOption.AllDirectories))
                {
                    var target = System.IO.Path.Combine(copy, System.IO.Path.GetRelativePath(deploy, file));
                    Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                    File.Copy(file, target);
                }
            }

            return copy;
        }
    }
}
