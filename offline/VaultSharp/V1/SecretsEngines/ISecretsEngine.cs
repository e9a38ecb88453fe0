using VaultSharp.V1.SecretsEngines.Database;
using VaultSharp.V1.SecretsEngines.KeyValue;
using VaultSharp.V1.SecretsEngines.Transit;

namespace VaultSharp.V1.SecretsEngines;

public interface ISecretsEngine
{
    IDatabaseSecretsEngine Database { get; }

    IKeyValueSecretsEngine KeyValue { get; }

    ITransitSecretsEngine Transit { get; }
}
