using VaultSharp.V1.SecretsEngines.KeyValue.V2;

namespace VaultSharp.V1.SecretsEngines.KeyValue;

public interface IKeyValueSecretsEngine
{
    IKeyValueSecretsEngineV2 V2 { get; }
}
