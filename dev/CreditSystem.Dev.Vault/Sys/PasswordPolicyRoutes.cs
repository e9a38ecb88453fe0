using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Policies;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/policies/password</c>: how passwords are made, as a length and sets of characters.</summary>
internal sealed class PasswordPolicyRoutes(VaultStorage storage) : ISysPart
{
    private const int MinLength = 4;
    private const int MaxLength = 1024;

    private readonly StorageView _policies = storage.Below("password-policies/");

    private sealed record Parsed(int Length, IReadOnlyList<(string Characters, int AtLeast)> Rules);

    public void Map(Func<string, Route> map)
    {
        map("policies/password").List(call => Reply.Page(call, _policies.Keys())).Paged();
        map("policies/password/{name}").Read(Read).Write(Write).Delete(Delete).Takes(FieldType.Text, "policy");
        map("policies/password/{name}/generate").Read(Generate);
    }

    private Reply Read(Call call) => _policies.Get<string>(call["name"]) is { } text ? Reply.Of(new JsonObject { ["policy"] = text }) : Reply.None;

    private Reply Write(Call call)
    {
        var text = call.Body.Text("policy") is { Length: > 0 } given ? given : throw VaultFault.BadRequest("missing policy");
        _ = Parse(text);
        _policies.Put(call["name"], text);
        return Reply.None;
    }

    private Reply Delete(Call call)
    {
        _policies.Delete(call["name"]);
        return Reply.None;
    }

    private Reply Generate(Call call)
    {
        if (_policies.Get<string>(call["name"]) is not { } text)
            throw new VaultFault(StatusCodes.Status404NotFound, "policy does not exist");
        var policy = Parse(text);
        var characters = string.Concat(policy.Rules.SelectMany(rule => rule.Characters).Distinct());
        List<char> password = [.. policy.Rules.SelectMany(rule => RandomNumberGenerator.GetString(rule.Characters, rule.AtLeast))];
        password.AddRange(RandomNumberGenerator.GetString(characters, policy.Length - password.Count));
        var shuffled = password.ToArray();
        RandomNumberGenerator.Shuffle<char>(shuffled);
        return Reply.Of(new JsonObject { ["password"] = new string(shuffled) });
    }

    private static Parsed Parse(string text)
    {
        var items = new HclParser(text).Parse();
        var length = items.FirstOrDefault(item => item.Keys[0] == "length")?.Value is JsonValue value ? (int)Number(value) : 0;
        List<(string Characters, int AtLeast)> rules =
        [
            .. items.Where(item => item.Keys is ["rule", "charset"]).Select(item => (item.Value!.AsObject()["charset"]?.ToString() ?? "", (int)Number(item.Value!.AsObject()["min-chars"]))),
        ];
        if (rules.All(rule => rule.Characters.Length == 0))
            throw Invalid("no charset specified");
        if (length is < MinLength or > MaxLength)
            throw Invalid($"length must be from {MinLength} to {MaxLength}");
        return rules.Sum(rule => rule.AtLeast) <= length ? new Parsed(length, rules) : throw Invalid("more characters are required than the length allows");
    }

    private static double Number(JsonNode? node) => node is null ? 0 : double.Parse(node.ToString(), CultureInfo.InvariantCulture);

    private static VaultFault Invalid(string reason) => VaultFault.BadRequest($"1 error occurred:\n\t* invalid password policy: 1 error occurred:\n\t* {reason}\n\n\n\n");
}
