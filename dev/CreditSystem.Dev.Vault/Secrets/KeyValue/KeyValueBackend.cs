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
        Map("config").Read(_ => metadata.ReadConfiguration()).Write(metadata.WriteConfiguration);
        Map("data/{path*}").Read(Read).Write(Write).Patch(Patch).Delete(DeleteLatest).Exists(Exists);
        Map("delete/{path*}").Write(call => Change(call, version => version.IsGone(_secrets.Now) ? version : version with { DeletedAt = _secrets.Now }));
        Map("undelete/{path*}").Write(call => Change(call, version => version.IsDestroyed ? version : version with { DeletedAt = null }));
        Map("destroy/{path*}").Write(call => Change(call, version => version with { IsDestroyed = true, Data = null }));
        Map("metadata/{path*}").Read(metadata.Read).List(metadata.List).Write(metadata.Write).Patch(metadata.Patch).Delete(metadata.Delete).Exists(Exists);
        Map("subkeys/{path*}").Read(ReadSubkeys);
    }

    internal static JsonObject Describe(Secret secret, SecretVersion version) => new()
    {
        ["created_time"] = VaultJson.Time(version.CreatedAt),
        ["custom_metadata"] = VaultJson.Map(secret.CustomMetadata),
        ["deletion_time"] = VaultJson.Time(version.DeletedAt),
        ["destroyed"] = version.IsDestroyed,
        ["version"] = version.Number,
    };

    private bool Exists(Call call) => _secrets.Exists(call["path"]);

    private Reply Read(Call call) => Read(call, "data", data => data);

    /// <summary>A version that is gone is a 404 with the whole envelope; one that never was is a 404 with nothing.</summary>
    private Reply Read(Call call, string name, Func<JsonObject, JsonObject> select)
    {
        if (_secrets.Find(call["path"]) is not { } secret)
            return Reply.None;
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
        return Read(call, "subkeys", data => Subkeys(data, depth == 0 ? int.MaxValue : depth));
    }

    private static JsonObject Subkeys(JsonObject data, int depth) =>
        new(data.Select(pair => KeyValuePair.Create(pair.Key, pair.Value is JsonObject { Count: > 0 } inner && depth > 1 ? Subkeys(inner, depth - 1) : (JsonNode?)null)));

    private Reply Write(Call call)
    {
        if (call["path"].Length == 0)
            throw VaultFault.BadRequest("missing path");
        var data = call.Body.Object("data") ?? throw VaultFault.BadRequest("no data provided");
        var (secret, version) = _secrets.Add(call["path"], data, Cas(call));
        return Reply.Of(Describe(secret, version));
    }

    private Reply Patch(Call call)
    {
        RequireMergePatch(call);
        var patch = call.Body.Object("data") ?? throw VaultFault.BadRequest("no data provided");
        if (_secrets.Find(call["path"]) is not { } secret || secret.Version(secret.CurrentVersion) is not { } latest)
            return Reply.Fail(StatusCodes.Status404NotFound, []);
        if (latest.IsGone(_secrets.Now))
            return new Reply { Status = StatusCodes.Status404NotFound, Data = new JsonObject { ["data"] = null, ["metadata"] = Describe(secret, latest) } };
        var (changed, version) = _secrets.Add(call["path"], MergePatch.Apply(latest.Data ?? [], patch), Cas(call));
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
            throw VaultFault.BadRequest("No version number provided");
        _secrets.Change(call["path"], versions, change);
        return Reply.None;
    }

    internal static void RequireMergePatch(Call call)
    {
        if (call.ContentType?.Split(';')[0].Trim() != "application/merge-patch+json")
            throw new VaultFault(StatusCodes.Status415UnsupportedMediaType, "PATCH requires Content-Type of application/merge-patch+json");
    }

    private static int? Cas(Call call) => call.Body.Object("options") is { } options ? new Fields(options).Integer("cas") : null;
}
