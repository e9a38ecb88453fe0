using System.Text.Json.Nodes;

namespace CreditSystem.Tests.Observability;

/// <param name="Dashboard">Its file.</param>
/// <param name="Panel">Its title.</param>
/// <param name="Query">What it asks Prometheus, for the last five minutes where the range is the reader's choice.</param>
internal sealed record PanelQuery(string Dashboard, string Panel, string Query)
{
    internal static IReadOnlyList<PanelQuery> All { get; } =
        [.. Directory.GetFiles(Path.Combine(MonitoringFiles.Directory, "dashboards"), "*.json").Order(StringComparer.Ordinal).SelectMany(Of)];

    private static IEnumerable<PanelQuery> Of(string file) =>
        from panel in JsonNode.Parse(File.ReadAllText(file))!["panels"]!.AsArray()
        from target in panel!["targets"]!.AsArray()
        select new PanelQuery(Path.GetFileName(file), (string)panel["title"]!, ((string)target!["expr"]!).Replace("$__range", "5m", StringComparison.Ordinal));
}
