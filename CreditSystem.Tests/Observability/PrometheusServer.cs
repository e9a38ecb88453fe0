using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Tests.Observability;

/// <summary>The real Prometheus with the repository's rules, scraping every second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("credit-system-prometheus-").FullName;
    private readonly HttpClient http;
    private readonly Process process;

    private PrometheusServer(IReadOnlyDictionary<string, Uri> jobs)
    {
        var port = FreePort.Take();
        http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        File.WriteAllText(Path.Combine(directory, "prometheus.yml"), Configuration(jobs));
        process = Start(
            "--config.file", Path.Combine(directory, "prometheus.yml"), "--storage.tsdb.path", Path.Combine(directory, "data"),
            "--web.listen-address", $"127.0.0.1:{port}", "--enable-feature", "exemplar-storage", "--log.level", "error");
    }

    internal static async Task<PrometheusServer> StartAsync(IReadOnlyDictionary<string, Uri> jobs)
    {
        var server = new PrometheusServer(jobs);
        while (!await server.IsReadyAsync())
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>The answer to a query at this moment.</summary>
    internal async Task<JsonArray> QueryAsync(string query)
    {
        using var form = new FormUrlEncodedContent([new("query", query)]);
        using var answer = await http.PostAsync("/api/v1/query", form, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        Assert.True((string?)body!["status"] == "success", $"{query}: {body["error"]}");
        return body["data"]!["result"]!.AsArray();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(process.HasExited, "Prometheus has ended; its last lines are on the standard error.");
        try
        {
            using var answer = await http.GetAsync("/-/ready", TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Process Start(params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("prometheus", arguments))!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException("prometheus is not installed; it comes with Debian's package prometheus.", missing);
        }
    }

    private static string Configuration(IReadOnlyDictionary<string, Uri> jobs) => $"""
        global:
          scrape_interval: 1s
          scrape_timeout: 1s
          evaluation_interval: 1s
        rule_files:
        - {MonitoringFiles.Directory}/rules/*.yaml
        scrape_configs:

        """ + string.Concat(jobs.Select(job => $$"""
        - job_name: {{job.Key}}
          static_configs:
          - targets: ["{{job.Value.Authority}}"]

        """));
}
