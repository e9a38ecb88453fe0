using System.Diagnostics;
using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Observability;

/// <summary>The dashboards mark releases: a version that is there and was not five minutes ago, whatever restarts meanwhile.</summary>
public sealed class AnnotationTests
{
    [Fact]
    public async Task A_release_is_marked_and_a_restart_is_not()
    {
        var expressions = Directory.GetFiles(Path.Combine(MonitoringFiles.Directory, "dashboards"), "*.json")
            .Select(file => (string)JsonNode.Parse(File.ReadAllText(file))!["annotations"]!["list"]![0]!["expr"]!).ToList();
        Assert.True(expressions.Count >= 5);
        var folder = Directory.CreateTempSubdirectory("credit-system-annotations-");
        try
        {
            var file = Path.Combine(folder.FullName, "releases.test.yaml");
            await File.WriteAllTextAsync(file, Cases(Assert.Single(expressions.Distinct())), TestContext.Current.CancellationToken);
            var result = await ToolProcess.RunAsync(new ProcessStartInfo("promtool", ["test", "rules", file]), "Debian's package prometheus");

            Assert.True(result.ExitCode == 0, $"{result.Output}{result.Error}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Cases(string expression) => $$"""
        rule_files: []
        evaluation_interval: 1m
        tests:
        - interval: 1m
          input_series:
          - series: 'credit_system_build_info{service="api",version="0.1.0",revision="a",instance="one"}'
            values: '1x30'
          - series: 'credit_system_build_info{service="api",version="0.1.0",revision="a",instance="two, after a restart"}'
            values: '_x10 1x20'
          - series: 'credit_system_build_info{service="api",version="0.2.0",revision="b",instance="three"}'
            values: '_x20 1x30'
          promql_expr_test:
          - { expr: '{{expression}}', eval_time: 12m, exp_samples: [] }
          - { expr: '{{expression}}', eval_time: 22m, exp_samples: [ { labels: '{service="api", version="0.2.0", revision="b"}', value: 1 } ] }
          - { expr: '{{expression}}', eval_time: 35m, exp_samples: [] }
        """;
}
