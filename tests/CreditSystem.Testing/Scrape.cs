using System.Globalization;
using System.Text.RegularExpressions;

namespace CreditSystem.Testing;

/// <summary>One answer of <c>/metrics</c>, in the text format of Prometheus or OpenMetrics.</summary>
internal sealed partial class Scrape
{
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private Scrape(string text) => Text = text;

    public string Text { get; }

    public IReadOnlyList<Sample> Samples => [.. Text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(Sample.Parse)];

    /// <summary>Every name that a query can ask for.</summary>
    public IReadOnlySet<string> Names => Samples.Select(sample => sample.Name).ToHashSet();

    public static async Task<Scrape> OfAsync(HttpClient client, string path = "/metrics")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", OpenMetrics);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return new Scrape(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Asks until a metric is there.</summary>
    public static async Task<Scrape> UntilAsync(HttpClient client, string name, string path = "/metrics")
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Timeout);
        while (true)
        {
            var scrape = await OfAsync(client, path);
            if (scrape.Names.Contains(name))
                return scrape;
            Assert.False(limit.IsCancellationRequested, $"{name} does not come; there are: {string.Join(' ', scrape.Names)}");
            await Task.Delay(TimeSpan.FromMilliseconds(250), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Name and labels of every series.</summary>
    public IReadOnlySet<string> Series => Samples.Select(sample => $"{sample.Name}{{{string.Join(',', sample.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}}}").ToHashSet();

    public IEnumerable<Sample> Of(string name) => Samples.Where(sample => sample.Name == name);

    /// <param name="Exemplar">What follows the value, behind a #; empty when there is none.</param>
    internal sealed partial record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value, string Exemplar)
    {
        internal static Sample Parse(string line)
        {
            var match = Line().Match(line);
            Assert.True(match.Success, $"not a sample: {line}");
            var labels = Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups["label"].Value, label => label.Groups["text"].Value);
            return new Sample(match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].Value.Replace("+Inf", "Infinity"), CultureInfo.InvariantCulture), match.Groups["exemplar"].Value);
        }

        [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([^"}]|"([^"\\]|\\.)*")*)\})? (?<value>\S+)( [0-9.]+)?( # (?<exemplar>.*))?$""")]
        private static partial Regex Line();

        [GeneratedRegex("""(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<text>(?:[^"\\]|\\.)*)"{1}""")]
        private static partial Regex Label();
    }
}
