using System.Text.Json.Nodes;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.Grants;
using CreditSystem.Api.Features.Holds;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Api.Features.Usage;
using CreditSystem.Api.Payments.Endpoints;
using CreditSystem.Api.Payments.TopUps.Endpoints;

namespace CreditSystem.Api.OpenApi;

/// <summary>A body for each request, and a problem for each status: what a reader of the document tries first.</summary>
internal static class Examples
{
    private const string Account = "0a6e3c1e-6f0b-5b5e-9a43-6d2f5a0c9b11";

    private static readonly Dictionary<Type, string> Bodies = new()
    {
        [typeof(OpenAccountRequest)] = """{ "holder": "alice", "asset": "credits", "credit_limit": "0" }""",
        [typeof(ChangeAccountRequest)] = """{ "reason": "plan of 2026", "display_name": "Alice", "credit_limit": "5000" }""",
        [typeof(CreateTransferRequest)] = $$"""
            {
              "from": "issuance", "to": "{{Account}}", "amount": "10000", "kind": "purchase", "reference": "order-17",
              "metadata": { "order": "17" }
            }
            """,
        [typeof(CreateBatchRequest)] = $$"""
            {
              "atomic": false,
              "transfers": [
                { "from": "{{Account}}", "to": "revenue", "amount": "250" },
                { "from": "{{Account}}", "to": "revenue", "amount": "125" }
              ]
            }
            """,
        [typeof(ReverseTransferRequest)] = """{ "amount": "2500", "reference": "return-17" }""",
        [typeof(PlaceHoldRequest)] = $$"""{ "account": "{{Account}}", "amount": "500", "to": "revenue", "expires_in_seconds": 3600 }""",
        [typeof(CaptureHoldRequest)] = """{ "amount": "300", "final": true }""",
        [typeof(IssueGrantRequest)] = $$"""
            { "account": "{{Account}}", "amount": "1000", "promotional": true, "priority": 10, "expires_at": "2030-01-01T00:00:00Z" }
            """,
        [typeof(PutTopUpRequest)] = """
            { "threshold": "1000", "package": "credits-100", "payment_method": "pm_1", "daily_cap": 10000, "monthly_cap": 50000 }
            """,
        [typeof(ForgiveDebtRequest)] = """{ "reason": "goodwill after the outage", "amount": "400" }""",
        [typeof(RecordUsageRequest)] = $$"""
            { "events": [ { "id": "call-20260131-1", "account": "{{Account}}", "amount": "3", "metadata": { "model": "small" } } ] }
            """,
    };

    public static JsonNode? ForBody(Type type) => Bodies.TryGetValue(type, out var text) ? JsonNode.Parse(text) : null;

    public static JsonNode ForProblem(int status)
    {
        var (code, detail) = Describe(status);
        var problem = new JsonObject
        {
            ["type"] = "https://tools.ietf.org/html/rfc9110",
            ["title"] = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = detail,
            [ApiProblems.CodeMember] = code,
            [ApiProblems.TraceIdMember] = "4bf92f3577b34da6a3ce929d0e0e4736",
        };
        if (status == StatusCodes.Status422UnprocessableEntity)
            (problem["available"], problem["required"]) = ("100", "250");
        return problem;
    }

    private static (string Code, string Detail) Describe(int status) => status switch
    {
        StatusCodes.Status400BadRequest =>
            (ProblemCodes.Malformed, "The request body does not match the expected schema at $.amount (line 1, byte 42)."),
        StatusCodes.Status401Unauthorized => (ProblemCodes.AuthRequired, "Send an access token or an API key."),
        StatusCodes.Status402PaymentRequired => ("card_declined", "The card was declined."),
        StatusCodes.Status403Forbidden => (ProblemCodes.MissingScope, "The credential lacks the scope transfers:write."),
        StatusCodes.Status404NotFound => ("account_not_found", "There is no such account."),
        StatusCodes.Status409Conflict => ("idempotency_in_flight", "A request with this Idempotency-Key is being processed."),
        StatusCodes.Status422UnprocessableEntity => ("insufficient_funds", "The account does not have that much available."),
        StatusCodes.Status429TooManyRequests => (ProblemCodes.RateLimited, "Too many requests; see Retry-After."),
        StatusCodes.Status503ServiceUnavailable =>
            (ProblemCodes.StorageUnavailable, "The storage does not answer. Try again with the same Idempotency-Key."),
        _ => (ProblemCodes.From(status), "Human-readable explanation."),
    };
}
