namespace CreditSystem.Dev.Stripe.Server;

/// <summary>An error object as Stripe answers it (https://docs.stripe.com/api/errors).</summary>
internal sealed class StripeFailure(int status, string type, string? code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    public string? Code { get; } = code;

    public string? Param { get; init; }

    public string? DeclineCode { get; init; }

    /// <summary>What the error is about, such as <c>payment_intent</c> and <c>payment_method</c>.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Members { get; init; } = new Dictionary<string, JsonNode?>();

    /// <summary>Nothing has been executed, so that a retry with the same key starts afresh.</summary>
    public bool IsBeforeExecution =>
        Status is 401 or 409 || Code is "parameter_unknown" or "parameter_missing" || Type == "idempotency_error";

    public static StripeFailure Invalid(string message, string? code = null, string? param = null) =>
        new(400, "invalid_request_error", code, message) { Param = param };

    public static StripeFailure Missing(string kind, string id, string param) =>
        new(404, "invalid_request_error", "resource_missing", $"No such {kind}: '{id}'") { Param = param };

    public JsonObject ToJson()
    {
        var error = new JsonObject { ["type"] = Type, ["message"] = Message };
        if (Code is not null)
            error.With("code", Code).With("doc_url", $"https://stripe.com/docs/error-codes/{Code.Replace('_', '-')}");
        if (DeclineCode is not null)
            error["decline_code"] = DeclineCode;
        if (Param is not null)
            error["param"] = Param;
        foreach (var (name, value) in Members)
            error[name] = Objects.Public(value);
        return new JsonObject { ["error"] = error };
    }
}
