using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary>One item, whose failure is the request's, or a batch, in which each item says how it went.</summary>
/// <param name="Required">The member without which an item cannot be worked on.</param>
/// <param name="Missing">What is said where it is missing.</param>
/// <param name="IsParsedStrictly">Whether one malformed item fails the whole batch before anything is done.</param>
/// <param name="FailsAsAWhole">Whether one failure makes the status 400, or the one that the caller asks for.</param>
internal sealed record Batch(string Required, string Missing, bool IsParsedStrictly, bool FailsAsAWhole)
{
    public Reply Run(Call call, Func<Fields, JsonObject> work)
    {
        if (!call.Body.Has("batch_input"))
            return Reply.Of(One(call.Body, work));
        var items = Parse(call.Body.All["batch_input"]!);
        if (items.Count == 0)
            throw VaultFault.BadRequest("missing batch input to process");
        var results = new JsonArray();
        var failures = 0;
        foreach (var item in items)
        {
            var result = Try(item, work);
            failures += result.ContainsKey("error") ? 1 : 0;
            result["reference"] = item.Text("reference") ?? "";
            results.Add(result);
        }

        return new Reply { Data = new JsonObject { ["batch_results"] = results }, Status = StatusOf(call, failures, items.Count) };
    }

    private int StatusOf(Call call, int failures, int count)
    {
        if (failures == 0 || !FailsAsAWhole)
            return StatusCodes.Status200OK;
        return failures < count && call.Body.Integer("partial_failure_response_code") is > 0 and var asked ? (int)asked : StatusCodes.Status400BadRequest;
    }

    private JsonObject Try(Fields item, Func<Fields, JsonObject> work)
    {
        try
        {
            return One(item, work);
        }
        catch (VaultFault fault)
        {
            return new JsonObject { ["error"] = fault.Message };
        }
    }

    private JsonObject One(Fields item, Func<Fields, JsonObject> work) => item.Contains(Required) ? work(item) : throw VaultFault.BadRequest(Missing);

    private List<Fields> Parse(JsonNode batch)
    {
        if (batch is not JsonArray list)
            throw Malformed($"source data must be an array or slice, got {FieldCheck.TypeName(batch)}");
        var items = new List<Fields>();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is not JsonObject item)
                throw Malformed($"[{i}] expected a map, got '{FieldCheck.TypeName(list[i])}'");
            if (IsParsedStrictly && !item.ContainsKey(Required))
                throw Malformed($"'[{i}].{Required}' {Missing}");
            if (item["key_version"] is { } version && version.GetValueKind() != JsonValueKind.Number)
                throw Malformed($"'[{i}].key_version' expected type 'int', got unconvertible type '{FieldCheck.TypeName(version)}'");
            items.Add(new Fields(item));
        }

        return items;
    }

    private static VaultFault Malformed(string reason) => new(StatusCodes.Status500InternalServerError, $"1 error occurred:\n\t* failed to parse batch input: {reason}\n\n");
}
