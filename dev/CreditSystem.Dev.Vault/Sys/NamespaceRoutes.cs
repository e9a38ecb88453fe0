using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/namespaces</c>.</summary>
internal sealed class NamespaceRoutes(NamespaceTable namespaces, MountTable mounts, Action<string> addBuiltIns) : ISysPart
{
    public void Map(Func<string, Route> map)
    {
        map("namespaces").List(call => Reply.Keys(namespaces.ChildrenOf(call.Namespace)));
        map("namespaces/{name}").Read(Read).Write(Create).Delete(Delete);
    }

    private Reply Read(Call call) => namespaces.Find(PathOf(call)) is { } found ? Describe(found) : Reply.None;

    private Reply Create(Call call)
    {
        var path = PathOf(call);
        if (call["name"] is "sys" or "audit" or "auth" or "cubbyhole" or "identity" or "root" || call["name"].Contains('|'))
            throw VaultFault.BadRequest($"\"{call["name"]}\" is a reserved path and cannot be used as a namespace name");
        if (namespaces.Find(path) is { } existing)
            return Describe(existing);
        var created = namespaces.Create(path);
        addBuiltIns(path);
        return Describe(created);
    }

    private Reply Delete(Call call)
    {
        var path = PathOf(call);
        if (namespaces.ChildrenOf(path).Count > 0)
            throw VaultFault.BadRequest("cannot delete namespace with child namespaces");
        foreach (var mount in mounts.Of(path, auth: false).Concat(mounts.Of(path, auth: true)).ToList())
            mounts.Disable(mount.Path);
        mounts.RemoveBuiltIns(path);
        namespaces.Delete(path);
        return Reply.None;
    }

    private static string PathOf(Call call) => $"{call.Namespace}{call["name"]}/";

    private static Reply Describe(NamespaceTable.Namespace found) => Reply.Of(new JsonObject
    {
        ["custom_metadata"] = new JsonObject(),
        ["id"] = found.Id,
        ["path"] = found.Path,
    });
}
