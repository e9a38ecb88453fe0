using System.Text.Json;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>The body of an AppRole login: read whole, since what it says decides whether it is sent.</summary>
/// <param name="Json">The bytes as they came, which are the ones that are sent on.</param>
/// <param name="Role">Stands for the role_id in its namespace.</param>
/// <param name="Pair">Stands for the role_id with this secret_id.</param>
internal sealed record LoginBody(byte[] Json, TokenId Role, TokenId Pair)
{
    // Vault takes the last of two equal names; here nobody has to know that.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <returns>No body, and the reason, when it is too large or not one JSON object whose role_id, and secret_id if any, are
    /// strings.</returns>
    internal static async ValueTask<(LoginBody? Login, DenialReason Denial)> ReadAsync(HttpContext context, int limitBytes,
        string vaultNamespace)
    {
        try
        {
            if (await RequestBody.ReadAsync(context, limitBytes) is not { } json)
                return (null, DenialReason.BodyTooLarge);
            return Parse(json, vaultNamespace) is { } login ? (login, DenialReason.None) : (null, DenialReason.LoginMalformed);
        }
        catch (IOException)
        {
            return (null, DenialReason.LoginMalformed);
        }
    }

    private static LoginBody? Parse(byte[] json, string vaultNamespace)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || ReadString(document.RootElement, "role_id") is not { Length: > 0 } roleId)
                return null;
            if (ReadString(document.RootElement, "secret_id") is not { } secretId)
                return null;
            var role = TokenId.ForReplicas($"{vaultNamespace}\n{roleId}", kind: 2);
            return new LoginBody(json, role, TokenId.ForReplicas($"{role.ToHex()}\n{secretId}", kind: 3));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>An empty string where there is none, null where it is something else.</returns>
    private static string? ReadString(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return "";
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
