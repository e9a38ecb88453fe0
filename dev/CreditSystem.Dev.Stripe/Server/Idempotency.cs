using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Dev.Stripe.Server;

/// <summary>The first answer for each key, for a day (https://docs.stripe.com/api/idempotent_requests).</summary>
internal sealed class Idempotency(ObjectStore store, TimeProvider time)
{
    private const string Kind = "_idempotency";
    private const int MaxKeyLength = 255;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly HashSet<string> inFlight = new(StringComparer.Ordinal);

    internal sealed record Stored(int Status, string Body, string RequestId);

    /// <returns>What was answered to the first request with the key; null for the first one, which must be followed by an end.</returns>
    /// <exception cref="StripeFailure">The key was used for something else, or its request is still being processed.</exception>
    public Stored? Begin(string key, string endpoint, string parameters)
    {
        if (key.Length > MaxKeyLength)
            throw StripeFailure.Invalid($"Idempotency keys are limited to {MaxKeyLength} characters.");
        if (inFlight.Contains(key))
            throw new StripeFailure(409, "invalid_request_error", "idempotency_key_in_use",
                $"There is currently another in-progress request using this Idempotent Key: {key}. Please try again later.");
        if (store.Find(Kind, IdOf(key)) is not { } known || IsOver(known))
        {
            inFlight.Add(key);
            return null;
        }

        if (known.Text("endpoint") != endpoint)
            throw Reused($"for the same endpoint they were first used for ('{known.Text("endpoint")}' vs '{endpoint}')", key);
        if (known.Text("parameters") != parameters)
            throw Reused("with the same parameters they were first used with", key);
        return new Stored((int)known.Number("status"), known.Text("body"), known.Text("request"));
    }

    public void End(string key, string endpoint, string parameters, Stored? answer)
    {
        inFlight.Remove(key);
        if (answer is null)
            return;
        if (store.Find(Kind, IdOf(key)) is { } over)
            store.Remove(over);
        store.Save(new JsonObject
        {
            ["id"] = IdOf(key),
            ["object"] = Kind,
            ["endpoint"] = endpoint,
            ["parameters"] = parameters,
            ["status"] = (long)answer.Status,
            ["body"] = answer.Body,
            ["request"] = answer.RequestId,
            ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
        });
    }

    private bool IsOver(JsonObject known) =>
        time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(known.Number("created")) > Lifetime;

    private static StripeFailure Reused(string rule, string key) => new(400, "idempotency_error", null,
        $"Keys for idempotent requests can only be used {rule}. Try using a key other than '{key}' if you meant to execute a different "
            + "request.");

    private static string IdOf(string key) => $"idk_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";
}
