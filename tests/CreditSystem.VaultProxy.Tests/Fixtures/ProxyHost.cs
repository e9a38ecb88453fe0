using CreditSystem.ServiceDefaults;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CreditSystem.VaultProxy.Tests.Fixtures;

/// <summary>The proxy as Program.cs makes it, on a free port of this machine.</summary>
internal sealed class ProxyHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ProxyHost(WebApplication app, LogLines log)
    {
        (_app, Log) = (app, log);
        Addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];
        Client = CreateClient();
    }

    public IReadOnlyList<Uri> Addresses { get; }

    public Uri Address => Addresses[0];

    public HttpClient Client { get; }

    public LogLines Log { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="settings">Below <c>VaultProxy:</c>, but for those that begin with a colon.</param>
    public static Task<ProxyHost> StartAsync(RecordingUpstream upstream, params (string Key, string Value)[] settings) =>
        StartAsync([upstream.Address], settings);

    public static async Task<ProxyHost> StartAsync(IReadOnlyList<string> upstreams, (string Key, string Value)[] settings, Action<IServiceCollection>? configure = null)
    {
        // In development access lines go the way of all others, which is where tests look for them.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        // A probe that nothing triggers must not change the picture while a test looks at it.
        builder.Configuration["VaultProxy:Upstream:ProbeIntervalSeconds"] = "300";
        builder.Configuration["VaultProxy:Drain:DelaySeconds"] = "0";
        for (var i = 0; i < upstreams.Count; i++)
            builder.Configuration[$"VaultProxy:Upstreams:{i}"] = upstreams[i];
        foreach (var (key, value) in settings)
            builder.Configuration[key.StartsWith(':') ? key[1..] : $"VaultProxy:{key}"] = value;
        var log = new LogLines();
        builder.AddServiceDefaults();
        builder.AddVaultProxy();
        builder.Logging.ClearProviders().AddProvider(log);
        configure?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseVaultProxy();
        app.MapDefaultEndpoints();
        await app.StartAsync();
        return new ProxyHost(app, log);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string token = "t", string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-Vault-Token", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> ReadAsync(string secret, string token = "t") => SendAsync(HttpMethod.Get, $"/v1/secret/data/credit-system/{secret}", token);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private HttpClient CreateClient() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
}
