using System.Security.Cryptography;
using System.Text;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Auth.AppRole;

/// <summary>Roles and secret_ids of one AppRole mount.</summary>
internal sealed class AppRoleStore
{
    private readonly StorageView _roles;
    private readonly StorageView _roleIds;
    private readonly StorageView _secretIds;
    private readonly StorageView _accessors;
    private readonly VaultClock _clock;
    private readonly byte[] _salt;

    public AppRoleStore(StorageView storage, VaultClock clock)
    {
        _clock = clock;
        (_roles, _roleIds, _secretIds, _accessors) = (storage.Below("role/"), storage.Below("role-id/"), storage.Below("secret-id/"), storage.Below("accessor/"));
        if (storage.Get<string>("salt") is not { } salt)
            storage.Put("salt", salt = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        _salt = Convert.FromBase64String(salt);
    }

    public IReadOnlyList<string> RoleNames => [.. _roles.Keys()];

    public Role? FindRole(string name) => _roles.Get<Role>(name);

    public Role? FindRoleById(string roleId) => _roleIds.Get<string>(roleId) is { } name ? FindRole(name) : null;

    public void SaveRole(Role role)
    {
        if (_roleIds.Get<string>(role.RoleId) is { } holder && holder != role.Name)
            throw RoleRoutes.Internal("role_id already in use");
        if (FindRole(role.Name) is { } old && old.RoleId != role.RoleId)
            _roleIds.Delete(old.RoleId);
        _roleIds.Put(role.RoleId, role.Name);
        _roles.Put(role.Name, role);
    }

    public void DeleteRole(Role role)
    {
        foreach (var secretId in SecretIdsOf(role.Name).ToList())
            Delete(secretId);
        _roleIds.Delete(role.RoleId);
        _roles.Delete(role.Name);
    }

    public IEnumerable<SecretId> SecretIdsOf(string roleName) =>
        _secretIds.Keys($"{roleName}/").Select(_secretIds.Get<SecretId>).OfType<SecretId>().Where(IsLiving);

    public SecretId? Find(string roleName, string value) =>
        _secretIds.Get<SecretId>($"{roleName}/{Hash(value)}") is { } found && IsLiving(found) ? found : null;

    public bool HasAccessor(string accessor) => _accessors.Contains(accessor);

    public SecretId? FindByAccessor(string roleName, string accessor) =>
        _accessors.Get<string>(accessor) is { } key && key.StartsWith($"{roleName}/", StringComparison.Ordinal) && _secretIds.Get<SecretId>(key) is { } found && IsLiving(found) ? found : null;

    /// <exception cref="VaultFault">The role has it already.</exception>
    public SecretId Add(SecretId secretId, string value)
    {
        secretId = secretId with { Hash = Hash(value) };
        if (Find(secretId.RoleName, value) is not null)
            throw RoleRoutes.Internal("failed to store secret_id: SecretID is already registered");
        Save(secretId);
        return secretId;
    }

    public void Save(SecretId secretId)
    {
        _secretIds.Put(Key(secretId), secretId);
        _accessors.Put(secretId.Accessor, Key(secretId));
    }

    public void Delete(SecretId secretId)
    {
        _accessors.Delete(secretId.Accessor);
        _secretIds.Delete(Key(secretId));
    }

    /// <summary>Forgets those that have expired.</summary>
    public void Tidy()
    {
        foreach (var secretId in _secretIds.Keys().Select(_secretIds.Get<SecretId>).OfType<SecretId>().Where(found => !IsLiving(found)).ToList())
            Delete(secretId);
    }

    private bool IsLiving(SecretId secretId) => secretId.ExpiresAt is null || secretId.ExpiresAt > _clock.GetUtcNow();

    private static string Key(SecretId secretId) => $"{secretId.RoleName}/{secretId.Hash}";

    private string Hash(string value) => Convert.ToHexStringLower(HMACSHA256.HashData(_salt, Encoding.UTF8.GetBytes(value)));
}
