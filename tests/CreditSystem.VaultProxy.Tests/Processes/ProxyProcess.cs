using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using CreditSystem.Testing.Vault;

namespace CreditSystem.VaultProxy.Tests.Processes;

/// <summary>The proxy as a process of its own, for what only a process can show.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ProxyProcess(Process process, Uri address) => (_process, Client) = (process, new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) });

    public HttpClient Client { get; }

    public ConcurrentQueue<string> Output { get; } = [];

    public bool HasExited => _process.HasExited;

    public static async Task<ProxyProcess> StartAsync(RecordingUpstream upstream, int port, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "dotnet", Path.Combine(AppContext.BaseDirectory, "CreditSystem.VaultProxy.dll")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["VaultProxy__Upstreams__0"] = upstream.Address;
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        var proxy = new ProxyProcess(new Process { StartInfo = start }, new Uri($"http://127.0.0.1:{port}"));
        proxy._process.OutputDataReceived += (_, line) => proxy.Output.Enqueue(line.Data ?? "");
        proxy._process.ErrorDataReceived += (_, line) => proxy.Output.Enqueue(line.Data ?? "");
        proxy._process.Start();
        proxy._process.BeginOutputReadLine();
        proxy._process.BeginErrorReadLine();
        while (await proxy.StatusAsync("/ready") != 200)
        {
            Assert.False(proxy.HasExited, string.Join('\n', proxy.Output));
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        return proxy;
    }

    /// <returns>0 when the connection is refused.</returns>
    public async Task<int> StatusAsync(string path)
    {
        // A connection of its own, as a probe of the cluster has.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Client.BaseAddress };
        try
        {
            using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public async Task SignalAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>The most memory that it has ever had, in bytes.</summary>
    public async Task<long> PeakMemoryAsync()
    {
        var lines = await File.ReadAllLinesAsync($"/proc/{_process.Id}/status", TestContext.Current.CancellationToken);
        return long.Parse(lines.Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
