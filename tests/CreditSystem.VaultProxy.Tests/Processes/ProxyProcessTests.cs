using System.Net;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;

namespace CreditSystem.VaultProxy.Tests.Processes;

public sealed class ProxyProcessTests
{
    private const int LargeBytes = 32 * 1024 * 1024;
    private const string Secret = "/v1/secret/data/credit-system/large";

    [Fact]
    public async Task On_sigterm_it_is_first_not_ready_then_finishes_what_is_in_flight_and_takes_nothing_new()
    {
        await using var vault = RecordingUpstream.Start();
        var release = new TaskCompletionSource();
        vault.Before = request => request.Target.EndsWith("/slow", StringComparison.Ordinal) ? release.Task : Task.CompletedTask;
        await using var proxy = await ProxyProcess.StartAsync(vault, FreePort.Take(), ("VaultProxy__Drain__DelaySeconds", "5"), ("VaultProxy__Drain__TimeoutSeconds", "60"));
        var inFlight = ReadAsync(proxy, "slow");
        await Answers.EventuallyAsync(() => vault.Targets.Count == 1, "the slow read is at Vault");

        await proxy.SignalAsync();
        await WaitForAsync(proxy, "/ready", 503);
        // Not ready, and still serving those who do not know yet.
        using (var late = await ReadAsync(proxy, "late"))
            Assert.Equal((HttpStatusCode.OK, true), (late.StatusCode, late.Headers.ConnectionClose));
        await WaitForAsync(proxy, "/ready", 0);
        Assert.False(proxy.HasExited);
        Assert.False(inFlight.IsCompleted);
        release.SetResult();

        using var answer = await inFlight;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("secret-canary-value", await answer.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await proxy.ExitAsync());
    }

    [Fact]
    public async Task Bodies_of_32_mebibytes_stream_both_ways_in_constant_memory()
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyProcess.StartAsync(vault, FreePort.Take());
        var body = new byte[LargeBytes];
        var large = new string('x', LargeBytes);
        // The code and the buffers that any transfer needs.
        vault.Answer = _ => Reply.Secret(large[..1_000_000]);
        (await ReadAsync(proxy, "large")).Dispose();
        (await WriteAsync(proxy, body[..1_000_000])).Dispose();
        var before = await proxy.PeakMemoryAsync();

        var largeReply = Reply.Secret(large);
        vault.Answer = request => request.Method == "GET" ? largeReply : new Reply(204);
        var written = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => WriteAsync(proxy, body)));
        var read = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await (await ReadAsync(proxy, "large")).TextAsync()).Length));

        Assert.All(written, answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
        Assert.All(read, length => Assert.True(length > LargeBytes));
        Assert.Equal(4, vault.Requests.Count(request => request.Body.Length == LargeBytes));
        // Eight bodies have passed, 256 MiB; less than two of them would have fitted in.
        Assert.InRange(await proxy.PeakMemoryAsync() - before, 0, 2 * LargeBytes);
    }

    [Fact]
    public async Task Outside_development_a_request_is_one_line_of_json_with_neither_token_nor_path()
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyProcess.StartAsync(vault, FreePort.Take());

        (await ReadAsync(proxy, "path-canary")).Dispose();

        await Answers.EventuallyAsync(() => Lines().Count == 1, "the line is written");
        var line = System.Text.Json.Nodes.JsonNode.Parse(Lines()[0])!;
        Assert.Equal(("GET", "kv", 200), ((string)line["State"]!["Method"]!, (string)line["State"]!["MountClass"]!, (int)line["State"]!["Status"]!));
        Assert.DoesNotContain(proxy.Output, written => written.Contains("canary", StringComparison.Ordinal));

        List<string> Lines() => [.. proxy.Output.Where(written => written.Contains("Telemetry.AccessLog\"", StringComparison.Ordinal))];
    }

    /// <summary>They would be most of what the AppHost shows; the dashboard has them among the structured logs.</summary>
    [Theory]
    [InlineData("", 0)]
    [InlineData("Information", 1)]
    public async Task In_development_access_lines_are_on_the_console_only_where_a_setting_asks_for_them(string level, int expected)
    {
        await using var vault = RecordingUpstream.Start();
        // As the AppHost starts it: the formatter's name, in capitals.
        var formatter = ("LOGGING__CONSOLE__FORMATTERNAME", "simple");
        var setting = level.Length == 0 ? ("CONSOLE", "") : ("Logging__Console__LogLevel__CreditSystem.VaultProxy.Telemetry.AccessLog", level);
        await using var proxy = await ProxyProcess.StartAsync(vault, FreePort.Take(),
            ("ASPNETCORE_ENVIRONMENT", "Development"), ("VaultProxy__Drain__DelaySeconds", "0"), setting, formatter);

        (await ReadAsync(proxy, "one")).Dispose();
        await proxy.SignalAsync();
        await proxy.ExitAsync();

        // What is written at the end is there, so all that came before it is, too.
        Assert.Contains(proxy.Output, line => line.Contains("Leaving: not ready from now on", StringComparison.Ordinal));
        Assert.Equal(expected, proxy.Output.Count(line => line.Contains("Telemetry.AccessLog", StringComparison.Ordinal)));
    }

    private static async Task<HttpResponseMessage> ReadAsync(ProxyProcess proxy, string name) => await SendAsync(proxy, HttpMethod.Get, $"/v1/secret/data/credit-system/{name}", null);

    private static Task<HttpResponseMessage> WriteAsync(ProxyProcess proxy, byte[] body) => SendAsync(proxy, HttpMethod.Post, Secret, new ByteArrayContent(body));

    private static async Task<HttpResponseMessage> SendAsync(ProxyProcess proxy, HttpMethod method, string target, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, target) { Content = content };
        request.Headers.Add("X-Vault-Token", "t");
        return await proxy.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async Task WaitForAsync(ProxyProcess proxy, string path, int status)
    {
        while (await proxy.StatusAsync(path) != status)
        {
            Assert.False(proxy.HasExited, $"It has ended before {path} answered {status}.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
