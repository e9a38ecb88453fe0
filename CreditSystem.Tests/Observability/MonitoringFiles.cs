using System.Text.RegularExpressions;
using CreditSystem.Testing;
using YamlDotNet.Serialization;

namespace CreditSystem.Tests.Observability;

/// <summary>The rules in <c>deploy/monitoring</c> as they are written.</summary>
internal static partial class MonitoringFiles
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder().IgnoreUnmatchedProperties().Build();

    internal static string Directory => Repository.PathOf("deploy", "monitoring");

    internal static IReadOnlyList<Rule> Rules { get; } =
        [.. System.IO.Directory.GetFiles(Path.Combine(Directory, "rules")).SelectMany(file => Yaml.Deserialize<RuleFile>(File.ReadAllText(file)).groups).SelectMany(group => group.rules)];

    internal static IEnumerable<Rule> Alerts => Rules.Where(rule => rule.alert is not null);

    internal static IReadOnlyList<AlertTest> AlertTests { get; } =
        Yaml.Deserialize<TestFile>(File.ReadAllText(Path.Combine(Directory, "alerts.test.yaml"))).tests;

    /// <summary>The metrics that a query asks for: names that no parenthesis follows, outside of braces, strings and grouping clauses.</summary>
    internal static IReadOnlySet<string> MetricsOf(string query)
    {
        var bare = Grouping().Replace(Matchers().Replace(Strings().Replace(query, ""), ""), "");
        return Names().Matches(bare).Select(match => match.Value).Where(name => !Operators.Contains(name)).ToHashSet();
    }

    private static readonly HashSet<string> Operators = ["and", "or", "unless", "bool", "offset"];

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Strings();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]")]
    private static partial Regex Matchers();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w:.])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()")]
    private static partial Regex Names();

#pragma warning disable IDE1006, CA1812 // The names are those of Prometheus' files.
    internal sealed class Rule
    {
        public string? alert { get; set; }
        public string? record { get; set; }
        public string expr { get; set; } = "";
        public Dictionary<string, string> labels { get; set; } = [];
        public Dictionary<string, string> annotations { get; set; } = [];
    }

    internal sealed class AlertTest
    {
        public string name { get; set; } = "";
        public List<AlertCase> alert_rule_test { get; set; } = [];
    }

    internal sealed class AlertCase
    {
        public string alertname { get; set; } = "";
        public List<object> exp_alerts { get; set; } = [];
    }

    private sealed class RuleFile
    {
        public List<Group> groups { get; set; } = [];
    }

    private sealed class Group
    {
        public List<Rule> rules { get; set; } = [];
    }

    private sealed class TestFile
    {
        public List<AlertTest> tests { get; set; } = [];
    }
#pragma warning restore IDE1006, CA1812
}
