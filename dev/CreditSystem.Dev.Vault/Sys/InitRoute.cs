using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Server;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/init</c>.</summary>
internal sealed class InitRoute(SealState seal, TokenStore tokens)
{
    public async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Method)
        {
            case "GET":
                await ReplyWriter.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["initialized"] = seal.IsInitialized });
                return;
            case "PUT" or "POST":
                await ReplyWriter.WriteAsync(context, StatusCodes.Status200OK, Initialize(await RequestReader.ReadBodyAsync(context)));
                return;
            default:
                throw new VaultFault(StatusCodes.Status405MethodNotAllowed);
        }
    }

    private JsonObject Initialize(JsonObject body)
    {
        var (shares, threshold) = (Number(body, "secret_shares"), Number(body, "secret_threshold"));
        if (body.ContainsKey("recovery_shares") || body.ContainsKey("recovery_threshold"))
            throw VaultFault.BadRequest("parameters recovery_shares,recovery_threshold not applicable to seal type shamir");
        if (seal.IsInitialized)
            throw VaultFault.BadRequest("Vault is already initialized");
        if (Problem(shares, threshold) is { } problem)
            throw VaultFault.BadRequest($"invalid seal configuration: {problem}");
        if (body["pgp_keys"] is JsonArray { Count: > 0 } keys)
            throw VaultFault.BadRequest(keys.Count == shares ? "PGP keys are not supported by this development server" : "invalid seal configuration: count mismatch between number of provided PGP keys and number of shares");
        var created = seal.Initialize(shares, threshold);
        return new JsonObject
        {
            ["keys"] = VaultJson.Names(created.Select(Convert.ToHexStringLower)),
            ["keys_base64"] = VaultJson.Names(created.Select(Convert.ToBase64String)),
            ["root_token"] = tokens.IssueInitialRoot(),
        };
    }

    /// <summary>What is wrong with so many shares; null where nothing is.</summary>
    internal static string? Problem(int shares, int threshold) => (shares, threshold) switch
    {
        ( < 1, _) => "shares must be at least one",
        (_, < 1) => "threshold must be at least one",
        ( > 1, 1) => "threshold must be greater than one for multiple shares",
        ( > 255, _) => "shares must be less than 256",
        (_, > 255) => "threshold must be less than 256",
        _ => threshold > shares ? "threshold cannot be larger than shares" : null,
    };

    private static int Number(JsonObject body, string name) => body[name] switch
    {
        null => 0,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => (int)value.GetValue<double>(),
        var other => throw VaultFault.BadRequest($"failed to decode JSON input: json: cannot unmarshal {other.GetValueKind().ToString().ToLowerInvariant()} into Go struct field InitRequest.{name} of type int"),
    };
}
