using VaultSharp.Core;
using VaultSharp.V1.SecretsEngines.Database;
using VaultSharp.V1.SecretsEngines.KeyValue;
using VaultSharp.V1.SecretsEngines.KeyValue.V2;
using VaultSharp.V1.SecretsEngines.Transit;

namespace VaultSharp.V1.SecretsEngines;

internal sealed class SecretsEngine(VaultRequests requests) : ISecretsEngine, IKeyValueSecretsEngine
{
    public IDatabaseSecretsEngine Database { get; } = new DatabaseSecretsEngine(requests);

    public IKeyValueSecretsEngine KeyValue => this;

    public ITransitSecretsEngine Transit { get; } = new TransitSecretsEngine(requests);

    public IKeyValueSecretsEngineV2 V2 { get; } = new KeyValueSecretsEngineV2(requests);
}
