using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Auth.AppRole;

/// <summary>https://developer.hashicorp.com/vault/api-docs/auth/approle</summary>
internal sealed class AppRoleBackend : Backend
{
    private readonly AppRoleStore _store;

    public AppRoleBackend(StorageView storage, VaultClock clock, TokenStore tokens, MountTable mounts)
    {
        _store = new AppRoleStore(storage, clock);
        var roles = new RoleRoutes(_store);
        var secretIds = new SecretIdRoutes(_store, clock);
        var login = new LoginRoute(_store, new Lockout(clock), tokens, mounts, clock);
        Map("login").Write(login.LogIn).Open();
        Map("role").List(_ => Reply.Keys(_store.RoleNames));
        Map("role/{name}").Read(roles.Read).Write(roles.Write).Delete(roles.Delete).Exists(call => _store.FindRole(call["name"]) is not null);
        Map("role/{name}/role-id").Read(roles.ReadRoleId).Write(roles.WriteRoleId);
        Map("role/{name}/secret-id").Write(secretIds.Generate).List(secretIds.List);
        Map("role/{name}/custom-secret-id").Write(secretIds.Register);
        Map("role/{name}/secret-id/lookup").Write(secretIds.LookUp);
        Map("role/{name}/secret-id/destroy").Write(secretIds.Destroy).Delete(secretIds.Destroy);
        Map("role/{name}/secret-id-accessor/lookup").Write(secretIds.LookUpByAccessor);
        Map("role/{name}/secret-id-accessor/destroy").Write(secretIds.DestroyByAccessor).Delete(secretIds.DestroyByAccessor);
        Map("role/{name}/{field}").Read(roles.ReadField).Write(roles.WriteField).Delete(roles.DeleteField);
        Map("tidy/secret-id").Write(_ => new Reply { Status = StatusCodes.Status202Accepted, Warnings = ["Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs."] });
    }

    public override Task TickAsync()
    {
        _store.Tidy();
        return Task.CompletedTask;
    }
}
