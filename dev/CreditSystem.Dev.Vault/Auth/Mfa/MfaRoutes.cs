using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using QRCoder;

namespace CreditSystem.Dev.Vault.Auth.Mfa;

/// <summary><c>identity/mfa/</c>, of which the method TOTP alone (https://openbao.org/api-docs/secret/identity/mfa).</summary>
internal sealed class MfaRoutes(MfaStore store)
{
    private const int PixelsPerModule = 4;
    private static readonly string[] Algorithms = ["SHA1", "SHA256", "SHA512"];

    public void Map(Func<string, Route> map)
    {
        map("mfa/method").List(_ => ListMethods());
        map("mfa/method/totp").List(_ => ListMethods()).Write(call => Write(call, new TotpMethod { Id = Guid.NewGuid().ToString(), Issuer = "" })).TakesMethod();
        map("mfa/method/totp/generate").Write(call => Generate(call, call.RequiredToken.EntityId)).Takes(FieldType.Text, "method_id");
        map("mfa/method/totp/admin-generate").Write(call => Generate(call, call.Body.RequiredText("entity_id"))).Takes(FieldType.Text, "method_id", "entity_id");
        map("mfa/method/totp/admin-destroy").Write(Destroy).Takes(FieldType.Text, "method_id", "entity_id");
        map("mfa/method/totp/{method_id}").Read(Read).Write(call => Write(call, Existing(call["method_id"]))).Delete(Delete).TakesMethod();
        map("mfa/login-enforcement").List(_ => ListEnforcements());
        map("mfa/login-enforcement/{name}").Read(ReadEnforcement).Write(WriteEnforcement).Delete(DeleteEnforcement)
            .Takes(FieldType.Names, "mfa_method_ids", "auth_method_accessors", "auth_method_types", "identity_entity_ids", "identity_group_ids");
    }

    private Reply Read(Call call) => store.FindMethod(call["method_id"]) is { } method ? Reply.Of(method.Describe()) : Reply.None;

    private Reply ListMethods() => List(store.Methods.Select(method => (method.Id, method.Describe())));

    private Reply ListEnforcements() => List(store.Enforcements.Select(enforcement => (enforcement.Name, enforcement.Describe())));

    private static Reply List(IEnumerable<(string Key, JsonObject Information)> entries)
    {
        var all = entries.ToList();
        return all.Count == 0 ? Reply.None : Reply.Of(new JsonObject
        {
            ["key_info"] = new JsonObject(all.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Information))),
            ["keys"] = VaultJson.Names(all.Select(entry => entry.Key)),
        });
    }

    private Reply Write(Call call, TotpMethod old)
    {
        var body = call.Body;
        var method = old with
        {
            Name = body.Text("method_name") ?? old.Name,
            Issuer = body.Text("issuer") ?? old.Issuer,
            Algorithm = body.Text("algorithm") is { Length: > 0 } algorithm ? algorithm : old.Algorithm,
            Digits = (int)(body.Integer("digits") ?? old.Digits),
            Period = body.Duration("period") ?? old.Period,
            KeySize = (int)(body.Integer("key_size") ?? old.KeySize),
            QrSize = (int)(body.Integer("qr_size") ?? old.QrSize),
            Skew = (int)(body.Integer("skew") ?? old.Skew),
            MaxValidationAttempts = (int)(body.Integer("max_validation_attempts") ?? old.MaxValidationAttempts),
        };
        if (Problem(method) is { } problem)
            throw VaultFault.BadRequest(problem);
        store.Save(method);
        return old.Issuer.Length == 0 ? Reply.Of(new JsonObject { ["method_id"] = method.Id }) : Reply.None;
    }

    private static string? Problem(TotpMethod method) => method switch
    {
        { Issuer: "" } => "issuer must be set",
        { KeySize: <= 0 } => "key_size must be greater than zero",
        _ when method.Period < TimeSpan.FromSeconds(1) => "period must be greater than zero",
        _ when !Algorithms.Contains(method.Algorithm) => "unrecognized algorithm",
        { Digits: not (6 or 8) } => "digits can only be 6 or 8",
        { Skew: not (0 or 1) } => "skew must be 0 or 1",
        { MaxValidationAttempts: < 1 } => "max_validation_attempts must be greater than zero",
        _ => null,
    };

    private Reply Delete(Call call)
    {
        var id = call["method_id"];
        if (store.Enforcements.FirstOrDefault(enforcement => enforcement.MethodIds.Contains(id)) is { } user)
            throw new VaultFault(StatusCodes.Status500InternalServerError, $"1 error occurred:\n\t* methodID is still used by an enforcement configuration with ID: {user.Id}\n\n");
        store.DeleteMethod(id);
        return Reply.None;
    }

    private Reply Generate(Call call, string entityId)
    {
        var method = Existing(call.Body.RequiredText("method_id"));
        if (store.FindSecret(method.Id, entityId) is not null)
            return Reply.Warn([$"Entity already has a secret for MFA method \"{method.Name}\""]);
        var secret = RandomNumberGenerator.GetBytes(method.KeySize);
        store.SaveSecret(method.Id, entityId, secret);
        var url = method.Url(entityId, secret);
        return Reply.Of(method.QrSize == 0 ? new JsonObject { ["url"] = url } : new JsonObject { ["barcode"] = Barcode(url), ["url"] = url });
    }

    /// <summary>A PNG for the camera of an authenticator.</summary>
    private static string Barcode(string url)
    {
        using var data = QRCodeGenerator.GenerateQrCode(url, QRCodeGenerator.ECCLevel.M);
        using var code = new PngByteQRCode(data);
        return Convert.ToBase64String(code.GetGraphic(PixelsPerModule));
    }

    private Reply Destroy(Call call)
    {
        store.DeleteSecret(Existing(call.Body.RequiredText("method_id")).Id, call.Body.RequiredText("entity_id"));
        return Reply.None;
    }

    private Reply ReadEnforcement(Call call) => store.FindEnforcement(call["name"]) is { } enforcement ? Reply.Of(enforcement.Describe()) : Reply.None;

    private Reply WriteEnforcement(Call call)
    {
        var methods = call.Body.Names("mfa_method_ids") ?? [];
        if (methods.Count == 0)
            throw VaultFault.BadRequest("missing method ids");
        if (methods.Any(id => store.FindMethod(id) is null))
            throw VaultFault.BadRequest("one of the provided method ids doesn't exist");
        var enforcement = new LoginEnforcement
        {
            Id = store.FindEnforcement(call["name"])?.Id ?? Guid.NewGuid().ToString(),
            Name = call["name"],
            MethodIds = methods,
            MountAccessors = call.Body.Names("auth_method_accessors") ?? [],
            MountTypes = call.Body.Names("auth_method_types") ?? [],
            EntityIds = call.Body.Names("identity_entity_ids") ?? [],
            GroupIds = call.Body.Names("identity_group_ids") ?? [],
        };
        if (enforcement is { MountAccessors.Count: 0, MountTypes.Count: 0, EntityIds.Count: 0, GroupIds.Count: 0 })
            throw VaultFault.BadRequest("One of auth_method_accessors, auth_method_types, identity_group_ids, identity_entity_ids must be specified");
        store.Save(enforcement);
        return Reply.None;
    }

    private Reply DeleteEnforcement(Call call)
    {
        store.DeleteEnforcement(call["name"]);
        return Reply.None;
    }

    private TotpMethod Existing(string id) => store.FindMethod(id) ?? throw VaultFault.BadRequest("configuration for method ID " + id + " does not exist");
}

internal static class MfaFields
{
    public static Route TakesMethod(this Route route) => route.Takes(FieldType.Text, "issuer", "algorithm", "method_name")
        .Takes(FieldType.Integer, "digits", "key_size", "qr_size", "skew", "max_validation_attempts").Takes(FieldType.Duration, "period");
}
