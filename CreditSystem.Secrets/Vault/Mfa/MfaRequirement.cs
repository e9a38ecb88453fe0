using System.Text.Json.Nodes;

namespace CreditSystem.Secrets.Vault.Mfa;

/// <summary>
/// What a login still asks for: it was answered 200, without a token. Of each constraint one method has to be satisfied, all
/// constraints in one call (https://developer.hashicorp.com/vault/docs/auth/login-mfa).
/// </summary>
/// <param name="RequestId">Good for five minutes, also after a wrong passcode.</param>
/// <param name="Constraints">The methods of each constraint, by its name.</param>
public sealed record MfaRequirement(string RequestId, IReadOnlyDictionary<string, IReadOnlyList<MfaMethod>> Constraints)
{
    /// <summary>Vault's own life of a request that nobody has validated.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>Null where the login is complete.</summary>
    /// <param name="auth">The <c>auth</c> of a login's answer.</param>
    public static MfaRequirement? From(JsonNode? auth)
    {
        if (auth?["mfa_requirement"] is not JsonObject requirement || (string?)requirement["mfa_request_id"] is not { } id)
            return null;
        return new MfaRequirement(id, (requirement["mfa_constraints"] as JsonObject ?? []).ToDictionary(
            constraint => constraint.Key,
            constraint => (IReadOnlyList<MfaMethod>)[.. (constraint.Value?["any"] as JsonArray ?? []).Select(MfaMethod.From)]));
    }

    /// <summary>The passcodes that <paramref name="seeds"/> have for it, as <c>sys/mfa/validate</c> takes them.</summary>
    /// <exception cref="VaultUnavailableException">A constraint asks for something that there is no seed of.</exception>
    public MfaAnswer Answer(TotpSeeds seeds, DateTimeOffset now)
    {
        var (payload, used) = (new JsonObject(), new Dictionary<TotpSeed, long>());
        foreach (var (name, methods) in Constraints)
        {
            var found = methods.Where(method => method is { Type: "totp", UsesPasscode: true })
                .Select(method => (Method: method, Seed: seeds.Find(method))).FirstOrDefault(pair => pair.Seed is not null);
            if (found.Seed is { } seed)
            {
                payload[found.Method.Id] = new JsonArray(seed.PasscodeAt(now));
                used[seed] = seed.StepAt(now);
            }
            else if (methods.FirstOrDefault(method => !method.UsesPasscode) is { } push)
            {
                // A push to somebody's device: nothing to send along.
                payload[push.Id] = new JsonArray();
            }
            else
            {
                throw new VaultUnavailableException(
                    $"The login asks for a second factor ({name}: {string.Join(" or ", methods)}), and {seeds.Source} has no seed of it.",
                    System.Net.HttpStatusCode.Forbidden);
            }
        }

        return new MfaAnswer(new JsonObject { ["mfa_request_id"] = RequestId, ["mfa_payload"] = payload }, used);
    }
}

/// <summary>One way to satisfy a constraint.</summary>
public sealed record MfaMethod(string Type, string Id, string? Name, bool UsesPasscode)
{
    public static MfaMethod From(JsonNode? node) => new(
        $"{node?["type"]}", $"{node?["id"]}", (string?)node?["name"], (bool?)node?["uses_passcode"] ?? false);

    public override string ToString() => string.IsNullOrEmpty(Name) ? $"{Type} {Id}" : $"{Type} {Name}";
}

/// <summary>The body of a validation, and which passcodes of which step are in it. Its text has none of them.</summary>
public sealed record MfaAnswer(JsonObject Body, IReadOnlyDictionary<TotpSeed, long> Steps)
{
    public override string ToString() => nameof(MfaAnswer);
}
