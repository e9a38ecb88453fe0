using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Auth.Mfa;

/// <summary>Methods, enforcements, and the secrets of entities.</summary>
internal sealed class MfaStore(VaultStorage storage)
{
    private readonly StorageView _methods = storage.Below("mfa/method/");
    private readonly StorageView _enforcements = storage.Below("mfa/enforcement/");
    private readonly StorageView _secrets = storage.Below("mfa/secret/");

    public IEnumerable<TotpMethod> Methods => _methods.Keys().Select(_methods.Get<TotpMethod>).OfType<TotpMethod>();

    public IEnumerable<LoginEnforcement> Enforcements => _enforcements.Keys().Select(_enforcements.Get<LoginEnforcement>).OfType<LoginEnforcement>();

    public TotpMethod? FindMethod(string id) => _methods.Get<TotpMethod>(id);

    public void Save(TotpMethod method) => _methods.Put(method.Id, method);

    public void DeleteMethod(string id) => _methods.Delete(id);

    public LoginEnforcement? FindEnforcement(string name) => _enforcements.Get<LoginEnforcement>(name);

    public void Save(LoginEnforcement enforcement) => _enforcements.Put(enforcement.Name, enforcement);

    public void DeleteEnforcement(string name) => _enforcements.Delete(name);

    public byte[]? FindSecret(string methodId, string entityId) =>
        _secrets.Get<string>($"{methodId}/{entityId}") is { } secret ? Convert.FromBase64String(secret) : null;

    public void SaveSecret(string methodId, string entityId, byte[] secret) => _secrets.Put($"{methodId}/{entityId}", Convert.ToBase64String(secret));

    public void DeleteSecret(string methodId, string entityId) => _secrets.Delete($"{methodId}/{entityId}");
}
