using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CreditSystem.ServiceDefaults.Certificates;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Tests.Fixtures;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>The system with <c>--certificates</c>, each part a process: HTTPS, and mutual TLS behind it, by Vault's certificates.</summary>
[Collection(AppHostProcess.Collection)]
public sealed class CertificateTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-certificates-").FullName;
    private readonly int _apiPort = FreePort.Take();
    private readonly int _proxyPort = FreePort.Take();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => AppHostData.DeleteAsync(_directory);

    [Fact]
    public async Task Every_part_has_its_certificate_and_nobody_without_one_reaches_the_vault_proxy()
    {
        await using var host = AppHostProcess.Start("--certificates", "--no-dashboard", "--data-directory", _directory,
            "--api-port", $"{_apiPort}", "--vault-proxy-port", $"{_proxyPort}");
        await host.WaitUntilReadyAsync(Cancellation);

        await AssertServedAsync(host);
        var (proxy, own) = (Folder("vault-proxy"), Folder("api"));
        Assert.Equal(HttpStatusCode.Forbidden, await ReadSecretAsync(proxy, shown: null));
        // Vault's own refusal: the proxy has let the request through.
        Assert.Equal("permission denied", await ReasonAsync(proxy, own.Required.Certificate));
        Assert.StartsWith(
            "permission denied: vault-proxy requires a client certificate", await ReasonAsync(proxy, shown: null),
            StringComparison.Ordinal);
        foreach (var program in (string[])["CreditSystem.Api", "CreditSystem.VaultProxy"])
            await AssertToldAsync(host, program);
        await host.SignalAsync("INT", Cancellation);
    }

    /// <summary>By what the line "Ready after …" says: curl trusts the file that it names, and without it nothing.</summary>
    private async Task AssertServedAsync(AppHostProcess host)
    {
        var authorities = Path.Combine(_directory, "certificates", "api", "ca.crt");
        var address = $"https://localhost:{_apiPort}/health";
        Assert.Contains($"Try: curl --cacert {authorities} {address}", host.Output, StringComparison.Ordinal);
        var trusting = await ToolProcess.RunAsync(new ProcessStartInfo("curl", ["-sS", "--cacert", authorities, address]), "Debian's curl");
        Assert.Equal("healthy", (string?)JsonNode.Parse(trusting.Output)!["status"]);
        // 60: the certificate is of an authority that curl does not know.
        Assert.Equal(60, (await ToolProcess.RunAsync(new ProcessStartInfo("curl", ["-sS", address]), "Debian's curl")).ExitCode);
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://localhost:{_apiPort}/health"), Cancellation));
    }

    /// <summary>What the alerts ask for: days are left, and Prometheus is told so by both.</summary>
    private static async Task AssertToldAsync(AppHostProcess host, string program)
    {
        var environment = File.ReadAllText($"/proc/{host.ProcessOf(program)}/environ").Split('\0');
        var port = environment.Single(
            variable => variable.StartsWith("Management__Port=", StringComparison.Ordinal)).Split('=')[1];
        using var management = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
        var scrape = await Scrape.UntilAsync(management, "credit_system_certificate_ttl_seconds");

        Assert.InRange(
            Assert.Single(scrape.Of("credit_system_certificate_ttl_seconds")).Value,
            TimeSpan.FromHours(71).TotalSeconds, TimeSpan.FromHours(72).TotalSeconds);
        Assert.InRange(
            Assert.Single(scrape.Of("credit_system_certificate_authority_ttl_seconds")).Value,
            TimeSpan.FromDays(1000).TotalSeconds, TimeSpan.FromDays(1096).TotalSeconds);
        Assert.Contains("credit_system_certificate_replacements_total", scrape.Names);
    }

    private CertificateFolder Folder(string name)
    {
        var folder = new CertificateFolder(Path.Combine(_directory, "certificates", name), new RecordingLogger());
        Assert.True(folder.Refresh(), name);
        return folder;
    }

    private async Task<HttpStatusCode> ReadSecretAsync(CertificateFolder trusted, X509Certificate2? shown)
    {
        using var answer = await AskAsync(trusted, shown);
        return answer.StatusCode;
    }

    private async Task<string> ReasonAsync(CertificateFolder trusted, X509Certificate2? shown)
    {
        using var answer = await AskAsync(trusted, shown);
        return $"{(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["errors"]![0]}".Split('\n')[0];
    }

    private async Task<HttpResponseMessage> AskAsync(CertificateFolder trusted, X509Certificate2? shown)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback =
            (sender, certificate, chain, errors) => trusted.IsTrusted(sender, certificate, chain, errors);
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => shown!;
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{_proxyPort}/v1/secret/data/credit-system/app");
        request.Headers.Add("X-Vault-Token", "s.nobody");
        return await client.SendAsync(request, Cancellation);
    }
}
