using System.Diagnostics;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Tests.DevServers.Conformance;

/// <summary>The vault-proxy as a process of its own, allowed what the conformance suite does besides what applications do.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ProxyProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<ProxyProcess> StartAsync(Uri upstream, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Take()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CreditSystem.VaultProxy.dll")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment(upstream, address))
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var proxy = new ProxyProcess(process, address);
        try
        {
            await proxy.WaitAsync(cancellationToken);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static Dictionary<string, string> Environment(Uri upstream, Uri address)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = address.ToString().TrimEnd('/'),
            ["VaultProxy__Upstreams__0"] = upstream.ToString().TrimEnd('/'),
            ["VaultProxy__KvPrefixes__0"] = "secret/conformance",
            ["VaultProxy__TransitKeys__0"] = "transit/conformance",
        };
        (string Path, string[] Methods)[] extra =
        [
            ("transit/keys/{name}", ["GET", "POST", "DELETE"]),
            ("transit/keys/{name}/config", ["POST"]),
            ("transit/keys/{name}/rotate", ["POST"]),
            ("sys/mounts", ["GET"]),
            ("sys/mounts/{name}", ["POST", "DELETE"]),
        ];
        foreach (var (index, (path, methods)) in extra.Index())
        {
            environment[$"VaultProxy__Routes__{index}__Path"] = path;
            foreach (var (number, method) in methods.Index())
                environment[$"VaultProxy__Routes__{index}__Methods__{number}"] = method;
        }

        return environment;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromMinutes(1));
        while (!_process.HasExited)
        {
            try
            {
                using var response = await client.GetAsync("v1/sys/health", timeout.Token);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), timeout.Token);
        }

        throw new InvalidOperationException("The vault-proxy has ended at its start.");
    }
}
