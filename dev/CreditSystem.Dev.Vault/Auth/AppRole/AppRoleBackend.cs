using CreditSystem.Dev.Vault.Auth.Mfa;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Auth.AppRole;

/// <summary>https://developer.hashicorp.com/vault/api-docs/auth/approle</summary>
internal sealed class AppRoleBackend : Backend
{
    private readonly AppRoleStore _store;

    public AppRoleBackend(StorageView storage, VaultClock clock, LoginMfa mfa, MountTable mounts, Lockout lockout)
    {
        _store = new AppRoleStore(storage, clock);
        var roles = new RoleRoutes(_store);
        var login = new LoginRoute(_store, lockout, mfa, mounts, clock);
        // The role is looked up before the method is looked at, so that a wrong method is first of all a login without role_id.
        Map("login").Write(login.LogIn).Read(LoginRoute.LogInWrongly).Delete(LoginRoute.LogInWrongly)
            .Takes(FieldType.Text, "role_id", "secret_id").FaultsAreInternal().Open();
        Map("role").List(call => Reply.Page(call, _store.RoleNames)).Paged();
        Map("role/{role_name}").Read(roles.Read).Write(roles.Write).Delete(roles.Delete)
            .Exists(call => _store.FindRole(RoleRoutes.Name(call)) is not null).TakesRole();
        Map("role/{role_name}/role-id").Read(roles.ReadRoleId).Write(roles.WriteRoleId).Takes(FieldType.Text, "role_id");
        MapSecretIds(new SecretIdRoutes(_store, clock));
        Map("role/{role_name}/{field}").Read(roles.ReadField).Write(roles.WriteField).Delete(roles.DeleteField).TakesRole();
        Map("tidy/secret-id").Write(_ => Reply.TidyStarted);
    }

    public Role? FindRole(Func<Role, bool> isIt) =>
        _store.RoleNames.Select(_store.FindRole).FirstOrDefault(role => role is not null && isIt(role));

    public override Task TickAsync()
    {
        _store.Tidy();
        return Task.CompletedTask;
    }

    private void MapSecretIds(SecretIdRoutes secretIds)
    {
        TakesSecretId(Map("role/{role_name}/secret-id").Write(secretIds.Generate).List(secretIds.List));
        TakesSecretId(Map("role/{role_name}/custom-secret-id").Write(secretIds.Register));
        Map("role/{role_name}/secret-id/lookup").Write(secretIds.LookUp).Takes(FieldType.Text, "secret_id");
        Map("role/{role_name}/secret-id/destroy").Write(secretIds.Destroy).Delete(secretIds.Destroy).Takes(FieldType.Text, "secret_id");
        Map("role/{role_name}/secret-id-accessor/lookup").Write(secretIds.LookUpByAccessor).Takes(FieldType.Text, "secret_id_accessor");
        Map("role/{role_name}/secret-id-accessor/destroy").Write(secretIds.DestroyByAccessor).Delete(secretIds.DestroyByAccessor)
            .Takes(FieldType.Text, "secret_id_accessor");
    }

    private static void TakesSecretId(Route route) =>
        route.Takes(FieldType.Text, "metadata", "secret_id").Takes(FieldType.Names, "cidr_list", "token_bound_cidrs")
            .Takes(FieldType.Integer, "num_uses").Takes(FieldType.Duration, "ttl");
}

internal static class RoleFields
{
    public static Route TakesRole(this Route route) => route
        .Takes(FieldType.Flag, "bind_secret_id", "local_secret_ids", "token_no_default_policy", "token_strictly_bind_ip")
        .Takes(FieldType.Names, "secret_id_bound_cidrs", "bound_cidr_list", "token_bound_cidrs", "token_policies", "policies")
        .Takes(FieldType.Integer, "secret_id_num_uses", "token_num_uses")
        .Takes(FieldType.Duration, "secret_id_ttl", "token_ttl", "token_max_ttl", "token_explicit_max_ttl", "token_period", "period")
        .Takes(FieldType.Text, "role_id", "token_type");
}
