using CreditSystem.Secrets.Vault;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

/// <summary>The client side beside a development Vault on the same clock.</summary>
internal sealed class TestClient : IDisposable
{
    public TestClient(DevVault vault, FakeTimeProvider time, VaultOptions options)
    {
        Vault = vault;
        Graph = SecretsGraph.Create(options, [new MemoryConfigurationProvider(new MemoryConfigurationSource())], isDevelopment: true, time, Logger);
        Renewal = new TokenRenewal(Graph.Session, Graph.Metrics, time, Graph.Logger);
    }

    public DevVault Vault { get; }

    public RecordingLogger Logger { get; } = new();

    public SecretsGraph Graph { get; }

    public TokenRenewal Renewal { get; }

    public void Dispose()
    {
        Renewal.Dispose();
        Graph.Dispose();
    }
}
