using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Audit;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/audit</c>, <c>sys/audit-hash</c> and the request headers that are written down.</summary>
/// <param name="audit">The devices.</param>
/// <param name="isAllowed">Whether they can be enabled here; OpenBao takes them from its configuration only.</param>
internal sealed class AuditRoutes(AuditLog audit, bool isAllowed) : ISysPart
{
    private const string Headers = "config/auditing/request-headers";

    public void Map(Func<string, Route> map)
    {
        map("audit").Read(List).List(_ => throw VaultFault.NotFound("1 error occurred:\n\t* unsupported path\n\n")).RepeatingData().Sudo();
        map("audit/{path*}").Write(Enable).Delete(Disable).Sudo();
        map("audit-hash/{path*}").Write(Hash).RepeatingData();
        map(Headers).Read(_ => Reply.Of(new JsonObject { ["headers"] = Described(audit.RequestHeaders) })).RepeatingData();
        map($"{Headers}/{{header}}").Read(ReadHeader).Write(WriteHeader).Delete(DeleteHeader).Takes(FieldType.Flag, "hmac").Sudo();
    }

    private Reply List(Call call)
    {
        RequireRoot(call);
        return Reply.Of(new JsonObject(audit.Devices.Select(entry => KeyValuePair.Create(entry.Path, (JsonNode?)new JsonObject
        {
            ["description"] = entry.Description,
            ["local"] = false,
            ["options"] = new JsonObject { ["file_path"] = entry.FilePath },
            ["path"] = entry.Path,
            ["type"] = "file",
        }))));
    }

    private Reply Enable(Call call)
    {
        RequireRoot(call);
        if (!isAllowed)
            throw VaultFault.BadRequest("cannot enable audit device via API; use declarative, config-based audit device management instead");
        if (audit.Find(Device(call)) is not null)
            throw VaultFault.BadRequest("path already in use");
        if (call.Body.Text("type") is not "file")
            throw VaultFault.BadRequest($"unknown backend type: \"{call.Body.Text("type")}\"");
        var options = new Fields(call.Body.Object("options") ?? []);
        if (options.Text("format") is { Length: > 0 } format and not "json")
            throw VaultFault.BadRequest($"unknown format type \"{format}\"");
        var file = options.Text("file_path") ?? options.Text("path") ?? throw VaultFault.BadRequest("file_path is required");
        audit.Enable(Device(call), call.Body.Text("description") ?? "", file, options.Flag("hmac_accessor") ?? true);
        return Reply.None;
    }

    private Reply Disable(Call call)
    {
        RequireRoot(call);
        audit.Disable(Device(call));
        return Reply.None;
    }

    private Reply Hash(Call call)
    {
        if (call.Body.Text("input") is not { Length: > 0 } input)
            throw VaultFault.BadRequest("the \"input\" parameter is empty");
        var device = audit.Find(Device(call)) ?? throw VaultFault.BadRequest($"unknown audit backend \"{Device(call)}\"");
        return Reply.Of(new JsonObject { ["hash"] = device.Hash(input) });
    }

    private Reply ReadHeader(Call call) => audit.RequestHeaders.TryGetValue(call["header"].ToLowerInvariant(), out var hashed)
        ? Reply.Of(Described(new Dictionary<string, bool> { [call["header"].ToLowerInvariant()] = hashed }))
        : throw VaultFault.BadRequest("Could not find header in config");

    private Reply WriteHeader(Call call)
    {
        audit.WriteDownHeader(call["header"].ToLowerInvariant(), call.Body.Flag("hmac") ?? false);
        return Reply.None;
    }

    private Reply DeleteHeader(Call call)
    {
        audit.LeaveOutHeader(call["header"].ToLowerInvariant());
        return Reply.None;
    }

    private static JsonObject Described(IEnumerable<KeyValuePair<string, bool>> headers) =>
        new(headers.Select(header => KeyValuePair.Create(header.Key, (JsonNode?)new JsonObject { ["hmac"] = header.Value })));

    private static void RequireRoot(Call call)
    {
        if (call.Namespace.Length > 0)
            throw VaultFault.BadRequest("operation only available in root namespace");
    }

    private static string Device(Call call) => $"{call["path"].Trim('/')}/";
}
