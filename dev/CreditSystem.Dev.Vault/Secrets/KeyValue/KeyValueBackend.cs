using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.KeyValue;

/// <summary>KV version 2 (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2).</summary>
internal sealed class KeyValueBackend : Backend
{
    private readonly SecretStore _secrets;

    public KeyValueBackend(StorageView storage, VaultClock clock)
    {
        _secrets = new SecretStore(storage, clock);
        var metadata = new MetadataRoutes(_secrets);
        Map("config").Read(_ => metadata.ReadConfiguration()).Write(metadata.WriteConfiguration).TakesConfiguration();
        Map("data/{path*}").Read(Read).Write(Write).Patch(Patch).Delete(DeleteLatest).Exists(Exists)
            .Takes(FieldType.Map, "data", "options").Takes(FieldType.Integer, "version");
        MapChange("delete", version => version.IsGone(_secrets.Now) ? version : version with { DeletedAt = _secrets.Now });
        MapChange("undelete", Undelete);
        MapChange("destroy", version => version with { IsDestroyed = true, Data = null });
        Map("metadata/{path*}").Read(metadata.Read).List(metadata.List).Scan(metadata.Scan).Write(metadata.Write).Patch(metadata.Patch).Delete(metadata.Delete).Exists(Exists)
            .Paged().TakesConfiguration().Takes(FieldType.Map, "custom_metadata");
        Map("subkeys/{path*}").Read(ReadSubkeys).Takes(FieldType.Integer, "version", "depth");
    }

    /// <summary>The forms of path of version 1, which this version does not have.</summary>
    public override Reply Unknown(Call call)
    {
        var command = call.Operation switch { Operation.List => "list", Operation.Create or Operation.Update => "put", Operation.Delete => "delete", Operation.Patch => "patch", _ => "get" };
        return NotFound($"Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the OpenBao CLI, use 'bao kv {command}' for this operation.");
    }

    internal static JsonObject Describe(Secret secret, SecretVersion version) => new()
    {
        ["created_time"] = VaultJson.Time(version.CreatedAt),
        ["custom_metadata"] = VaultJson.Map(secret.CustomMetadata),
        ["deletion_time"] = VaultJson.Time(version.DeletedAt),
        ["destroyed"] = version.IsDestroyed,
        ["version"] = version.Number,
    };

    private static Reply NotFound(string warning) => new() { Status = StatusCodes.Status404NotFound, Warnings = [warning] };

    private void MapChange(string name, Func<SecretVersion, SecretVersion> change) =>
        Map($"{name}/{{path*}}").Write(call => Change(call, change)).Takes(FieldType.Integers, "versions");

    /// <summary>A lifetime that the secret's versions have begins anew.</summary>
    private SecretVersion Undelete(SecretVersion version) =>
        version.IsDestroyed ? version : version with { DeletedAt = version.Lifetime > TimeSpan.Zero ? _secrets.Now + version.Lifetime : null };

    private bool Exists(Call call) => _secrets.Exists(call["path"]);

    private Reply Read(Call call) => Read(call, "data", data => data);

    /// <summary>A version that is gone is a 404 with the whole envelope; one that never was is a 404 with nothing.</summary>
    private Reply Read(Call call, string name, Func<JsonObject, JsonObject> select)
    {
        if (call["path"].Length == 0)
            return NotFound("Non-listing operations on the root of a K/V v2 mount are not supported.");
        if (_secrets.Find(call["path"]) is not { } secret)
            return Reply.None;
        if (call.Path.EndsWith('/'))
            throw new VaultFault(StatusCodes.Status500InternalServerError, "1 error occurred:\n\t* could not find version data\n\n");
        var number = call.Body.Integer("version") is > 0 and var asked ? asked : secret.CurrentVersion;
        if (secret.Version(number) is not { } version)
            return Reply.None;
        var isGone = version.IsGone(_secrets.Now);
        return new Reply
        {
            Status = isGone ? StatusCodes.Status404NotFound : StatusCodes.Status200OK,
            Data = new JsonObject
            {
                [name] = isGone || version.Data is null ? null : select((JsonObject)version.Data.DeepClone()),
                ["metadata"] = Describe(secret, version),
            },
        };
    }

    private Reply ReadSubkeys(Call call)
    {
        var depth = call.Body.Integer("depth") ?? 0;
        return Read(call, "subkeys", data => Subkeys(data, depth == 0 ? long.MaxValue : depth));
    }

    private static JsonObject Subkeys(JsonObject data, long depth) =>
        new(data.Select(pair => KeyValuePair.Create(pair.Key, pair.Value is JsonObject { Count: > 0 } inner && depth > 1 ? Subkeys(inner, depth - 1) : (JsonNode?)null)));

    private Reply Write(Call call)
    {
        if (call["path"].Length == 0)
            return NotFound("Non-listing operations on the root of a K/V v2 mount are not supported.");
        var (secret, version) = _secrets.Add(call["path"], Data(call), Cas(call));
        return Reply.Of(Describe(secret, version));
    }

    private Reply Patch(Call call)
    {
        var patch = Data(call);
        if (_secrets.Find(call["path"]) is not { } secret || secret.Version(secret.CurrentVersion) is not { } latest)
            return new Reply { Status = StatusCodes.Status404NotFound };
        var cas = Cas(call);
        _secrets.RequireCas(secret, cas);
        if (latest.IsGone(_secrets.Now))
            return new Reply { Status = StatusCodes.Status404NotFound, Data = Describe(secret, latest) };
        var (changed, version) = _secrets.Add(call["path"], MergePatch.Apply(latest.Data ?? [], patch), cas);
        return Reply.Of(Describe(changed, version));
    }

    private Reply DeleteLatest(Call call)
    {
        if (_secrets.Find(call["path"]) is { } secret)
            _secrets.Change(call["path"], [secret.CurrentVersion], version => version.IsGone(_secrets.Now) ? version : version with { DeletedAt = _secrets.Now });
        return Reply.None;
    }

    private Reply Change(Call call, Func<SecretVersion, SecretVersion> change)
    {
        if (call.Body.Integers("versions") is not { Count: > 0 } versions)
            throw VaultFault.BadRequest(call.Path.Contains("/destroy/", StringComparison.Ordinal) ? "no version number provided" : "No version number provided");
        _secrets.Change(call["path"], versions, change);
        return Reply.None;
    }

    /// <summary>What is given as null is an empty secret.</summary>
    private static JsonObject Data(Call call) =>
        call.Body.Contains("data") ? call.Body.Object("data") ?? [] : throw VaultFault.BadRequest("no data provided");

    private static long? Cas(Call call)
    {
        if (call.Body.Object("options") is not { } options || !options.ContainsKey("cas"))
            return null;
        try
        {
            return new Fields(options).Integer("cas") ?? 0;
        }
        catch (VaultFault)
        {
            throw VaultFault.BadRequest("error parsing check-and-set parameter");
        }
    }
}
