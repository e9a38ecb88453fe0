using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Auth.AppRole;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Auth.Mfa;

/// <summary>
/// <c>identity/lookup/entity</c>: who a login is, by its alias or by itself. A role of an AppRole mount is one entity, and there are no
/// others (https://openbao.org/api-docs/secret/identity/lookup).
/// </summary>
internal sealed class EntityRoutes(MountTable mounts)
{
    public void Map(Func<string, Route> map) =>
        map("lookup/entity").Write(LookUp).Takes(FieldType.Text, "id", "alias_name", "alias_mount_accessor");

    private Reply LookUp(Call call)
    {
        var (id, alias, accessor) = (call.Body.Text("id"), call.Body.Text("alias_name"), call.Body.Text("alias_mount_accessor"));
        if (string.IsNullOrEmpty(id) && (string.IsNullOrEmpty(alias) || string.IsNullOrEmpty(accessor)))
            throw VaultFault.BadRequest("query parameter not supplied");
        foreach (var mount in mounts.Of(call.Namespace, auth: true))
        {
            if (mounts.Backend(mount.Path) is AppRoleBackend roles && roles.FindRole(role => string.IsNullOrEmpty(id)
                ? mount.Accessor == accessor && role.RoleId == alias
                : role.EntityId == id) is { } found)
                return Reply.Of(Describe(mount, found));
        }

        return Reply.None;
    }

    private static JsonObject Describe(Mount mount, Role role) => new()
    {
        ["aliases"] = new JsonArray(new JsonObject
        {
            ["canonical_id"] = role.EntityId,
            ["local"] = false,
            ["metadata"] = new JsonObject { ["role_name"] = role.Name },
            ["mount_accessor"] = mount.Accessor,
            ["mount_path"] = mount.PathInNamespace,
            ["mount_type"] = mount.Type,
            ["name"] = role.RoleId,
        }),
        ["disabled"] = false,
        ["group_ids"] = new JsonArray(),
        ["id"] = role.EntityId,
        ["metadata"] = null,
        ["namespace_id"] = "root",
        ["policies"] = new JsonArray(),
    };
}
