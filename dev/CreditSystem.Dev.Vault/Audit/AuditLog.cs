using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Audit;

/// <summary>All audit devices (https://developer.hashicorp.com/vault/docs/audit).</summary>
internal sealed class AuditLog : IDisposable
{
    private readonly StorageView _stored;
    private readonly StorageView _headers;
    private readonly VaultClock _clock;
    private readonly ConcurrentDictionary<string, AuditDevice> _devices = new(StringComparer.Ordinal);

    public AuditLog(VaultStorage storage, VaultClock clock)
    {
        (_stored, _headers, _clock) = (storage.Below("audit/"), storage.Below("audit-headers/"), clock);
        foreach (var entry in _stored.Keys().Select(_stored.Get<AuditDeviceEntry>).OfType<AuditDeviceEntry>())
        {
            try
            {
                _devices[entry.Path] = new AuditDevice(entry);
            }
            catch (VaultFault fault)
            {
                throw new DevServerException(ExitCodes.DataInvalid, $"The audit device {entry.Path} of an earlier run cannot be opened: {fault.Message}", fault);
            }
        }
    }

    public IEnumerable<AuditDeviceEntry> Devices => _devices.Values.Select(device => device.Entry).OrderBy(entry => entry.Path, StringComparer.Ordinal);

    /// <summary>Request headers that are written down, in lower case, and whether hashed.</summary>
    public IReadOnlyDictionary<string, bool> RequestHeaders => _headers.Keys().ToDictionary(name => name, name => _headers.Get<HeaderRule>(name)!.Hmac);

    public void WriteDownHeader(string name, bool hmac) => _headers.Put(name, new HeaderRule(hmac));

    public void LeaveOutHeader(string name) => _headers.Delete(name);

    public AuditDevice? Find(string path) => _devices.GetValueOrDefault(path);

    public void Enable(string path, string description, string filePath, bool hmacAccessor)
    {
        if (_devices.ContainsKey(path))
            throw VaultFault.BadRequest("path already in use");
        var entry = new AuditDeviceEntry(path, description, filePath, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), hmacAccessor);
        _devices[path] = new AuditDevice(entry);
        _stored.Put(path, entry);
    }

    public void Disable(string path)
    {
        _stored.Delete(path);
        if (_devices.TryRemove(path, out var device))
            device.Dispose();
    }

    public void Request(Call call)
    {
        foreach (var device in _devices.Values)
            device.Write(Line("request", call, device));
    }

    public void Response(Call call, Reply reply)
    {
        foreach (var device in _devices.Values)
        {
            var line = Line("response", call, device);
            line["response"] = Response(call, reply, device);
            if (reply.Errors is { Count: > 0 } errors)
                line["error"] = string.Join("; ", errors);
            device.Write(line);
        }
    }

    public void Dispose()
    {
        foreach (var device in _devices.Values)
            device.Dispose();
    }

    private JsonObject Line(string type, Call call, AuditDevice device) => new()
    {
        ["time"] = VaultJson.Time(_clock.GetUtcNow()),
        ["type"] = type,
        ["auth"] = call.Token is { } token ? Auth(token, call.ClientToken!, device) : new JsonObject { ["token_type"] = "default" },
        ["request"] = new JsonObject
        {
            ["id"] = call.RequestId,
            ["client_token"] = string.IsNullOrEmpty(call.ClientToken) ? null : device.Hash(call.ClientToken),
            ["operation"] = call.Operation.Name(),
            ["mount_point"] = call.MountPath,
            ["namespace"] = new JsonObject { ["id"] = call.Namespace.Length == 0 ? "root" : call.Namespace.TrimEnd('/'), ["path"] = call.Namespace },
            ["path"] = call.PathInNamespace,
            ["data"] = call.Body.All.Count == 0 ? null : device.Hash(call.Body.All),
            ["remote_address"] = call.RemoteAddress.ToString(),
            ["headers"] = Headers(call, device),
            ["wrap_ttl"] = call.WrapTtl is { } ttl ? VaultJson.Seconds(ttl) : 0,
        },
    };

    private JsonObject? Headers(Call call, AuditDevice device)
    {
        var written = new JsonObject();
        foreach (var (name, isHashed) in RequestHeaders)
        {
            if (call.Headers?[name] is { Count: > 0 } values)
                written[name] = VaultJson.Names(values.OfType<string>().Select(value => isHashed ? device.Hash(value) : value));
        }

        return written.Count == 0 ? null : written;
    }

    private sealed record HeaderRule(bool Hmac);

    private static JsonObject Auth(TokenEntry token, string id, AuditDevice device) => new()
    {
        ["client_token"] = device.Hash(id),
        ["accessor"] = Accessor(token.Accessor, device),
        ["display_name"] = token.DisplayName,
        ["policies"] = VaultJson.Names(token.Policies),
        ["token_policies"] = VaultJson.Names(token.Policies),
        ["metadata"] = VaultJson.Map(token.Meta),
        ["entity_id"] = token.EntityId,
        ["token_type"] = token.Type,
        ["token_ttl"] = VaultJson.Seconds(token.CreationTtl),
    };

    private static JsonObject Response(Call call, Reply reply, AuditDevice device)
    {
        var response = new JsonObject { ["mount_point"] = call.MountPath, ["data"] = device.Hash(reply.Data) };
        if (reply.Auth is { } auth)
        {
            response["auth"] = new JsonObject
            {
                ["client_token"] = device.Hash((string)auth["client_token"]!),
                ["accessor"] = Accessor((string)auth["accessor"]!, device),
                ["policies"] = auth["policies"]?.DeepClone(),
                ["metadata"] = auth["metadata"]?.DeepClone(),
                ["token_type"] = auth["token_type"]!.DeepClone(),
                ["token_ttl"] = auth["lease_duration"]!.DeepClone(),
            };
        }

        if (reply.LeaseId.Length > 0)
            response["secret"] = new JsonObject { ["lease_id"] = reply.LeaseId };
        if (reply.WrapInfo is { } wrap)
            response["wrap_info"] = new JsonObject { ["token"] = device.Hash((string)wrap["token"]!), ["accessor"] = Accessor((string)wrap["accessor"]!, device), ["ttl"] = wrap["ttl"]!.DeepClone(), ["creation_path"] = wrap["creation_path"]!.DeepClone() };
        return response;
    }

    private static string Accessor(string accessor, AuditDevice device) => device.Entry.HmacAccessor && accessor.Length > 0 ? device.Hash(accessor) : accessor;
}
