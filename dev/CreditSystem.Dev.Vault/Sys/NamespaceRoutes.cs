using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Secrets.KeyValue;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/namespaces</c>.</summary>
internal sealed class NamespaceRoutes(NamespaceTable namespaces, MountTable mounts, Action<string> addBuiltIns) : ISysPart
{
    private static readonly string[] Reserved = ["root", "sys", "audit", "auth", "cubbyhole", "identity"];

    public void Map(Func<string, Route> map)
    {
        map("namespaces").List(List);
        map("namespaces/{path*}").Read(Read).Write(Create).Patch(Patch).Delete(Delete).Takes(FieldType.TextMap, "custom_metadata").Takes(FieldType.Any, "seals");
    }

    private Reply List(Call call)
    {
        var children = namespaces.ChildrenOf(call.Namespace);
        return children.Count == 0 ? Reply.None : Reply.Of(new JsonObject
        {
            ["key_info"] = new JsonObject(children.Select(name => KeyValuePair.Create(name, (JsonNode?)Describe(namespaces.Find(call.Namespace + name)!)))),
            ["keys"] = VaultJson.Names(children),
        });
    }

    private Reply Read(Call call) => namespaces.Find(PathOf(call)) is { } found ? Reply.Of(Describe(found)) : Reply.None;

    private Reply Create(Call call)
    {
        var name = call["path"];
        if (name.Contains('/'))
            throw VaultFault.BadRequest("namespace name cannot contain /");
        if (name.Any(char.IsWhiteSpace))
            throw VaultFault.BadRequest($"\"{name}\" contains space characters that cannot be used in a namespace name");
        if (Reserved.Contains(name) || name.Contains('|'))
            throw VaultFault.BadRequest($"\"{name}/\" is a reserved path and cannot be used as a namespace name");
        var old = namespaces.Find(PathOf(call));
        var saved = namespaces.Save(PathOf(call), call.Body.Map("custom_metadata") ?? new Dictionary<string, string>());
        if (old is null)
            addBuiltIns(saved.Path);
        return Reply.Of(Describe(saved));
    }

    private Reply Patch(Call call)
    {
        if (namespaces.Find(PathOf(call)) is not { } old)
            return Reply.Fail(StatusCodes.Status404NotFound);
        var custom = MergePatch.Apply(VaultJson.Map(old.CustomMetadata) ?? [], call.Body.Object("custom_metadata") ?? []);
        return Reply.Of(Describe(namespaces.Save(old.Path, custom.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? ""))));
    }

    /// <summary>Done at once, though the answer says that it has only begun: a real server needs its time.</summary>
    private Reply Delete(Call call)
    {
        var path = PathOf(call);
        if (namespaces.Find(path) is null)
            return Reply.Warn(["requested namespace does not exist"]);
        if (namespaces.ChildrenOf(path).Count > 0)
            throw VaultFault.BadRequest("unable to delete namespace containing child namespaces");
        foreach (var mount in mounts.Of(path, auth: false).Concat(mounts.Of(path, auth: true)).ToList())
            mounts.Disable(mount.Path);
        mounts.RemoveBuiltIns(path);
        namespaces.Delete(path);
        return Reply.Of(new JsonObject { ["status"] = "in-progress" });
    }

    private static string PathOf(Call call) => $"{call.Namespace}{call["path"]}/";

    private static JsonObject Describe(NamespaceTable.Namespace found) => new()
    {
        ["custom_metadata"] = VaultJson.Map(found.CustomMetadata) ?? [],
        ["id"] = found.Id,
        ["locked"] = false,
        ["path"] = found.Path,
        ["tainted"] = false,
        ["uuid"] = found.Uuid,
    };
}
