using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Audit;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/audit</c> and <c>sys/audit-hash</c>.</summary>
internal sealed class AuditRoutes(AuditLog audit) : ISysPart
{
    public void Map(Func<string, Route> map)
    {
        map("audit").Read(_ => List()).Sudo();
        map("audit/{path*}").Write(Enable).Delete(Disable).Sudo();
        map("audit-hash/{path*}").Write(Hash);
    }

    private Reply List() => Reply.Of(new JsonObject(audit.Devices.Select(entry => KeyValuePair.Create(entry.Path, (JsonNode?)new JsonObject
    {
        ["description"] = entry.Description,
        ["local"] = false,
        ["options"] = new JsonObject { ["file_path"] = entry.FilePath },
        ["path"] = entry.Path,
        ["type"] = "file",
    }))));

    private Reply Enable(Call call)
    {
        if (call.Body.Text("type") is not "file")
            throw VaultFault.BadRequest($"unknown backend type: \"{call.Body.Text("type")}\"");
        var options = new Fields(call.Body.Object("options") ?? []);
        var file = options.Text("file_path") ?? options.Text("path") ?? throw VaultFault.BadRequest("file_path is required");
        audit.Enable(Device(call), call.Body.Text("description") ?? "", file, options.Flag("hmac_accessor") ?? true);
        return Reply.None;
    }

    private Reply Disable(Call call)
    {
        audit.Disable(Device(call));
        return Reply.None;
    }

    private Reply Hash(Call call)
    {
        var device = audit.Find(Device(call)) ?? throw VaultFault.BadRequest($"unknown audit backend: \"{Device(call)}\"");
        return Reply.Of(new JsonObject { ["hash"] = device.Hash(call.Body.RequiredText("input")) });
    }

    private static string Device(Call call) => $"{call["path"].Trim('/')}/";
}
