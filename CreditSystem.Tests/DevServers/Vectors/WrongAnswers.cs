using System.Text.Json.Nodes;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>A recording with a fault of another kind in every second answer.</summary>
internal static class WrongAnswers
{
    private static readonly Func<JsonObject, bool>[] Faults = [Status, Text, Missing, Surplus, Header];

    public static (VectorFile File, IReadOnlyList<string> Steps) In(VectorFile file)
    {
        var changed = new List<string>();
        var steps = file.Steps.Select((step, i) =>
        {
            var answer = step.Answer?.DeepClone().AsObject();
            if (answer is null || i % 2 == 0 || !Faults[i / 2 % Faults.Length](answer))
                return step;
            changed.Add(step.Name);
            return step with { Answer = answer };
        }).ToList();
        return (file with { Steps = steps }, changed);
    }

    private static bool Status(JsonObject answer)
    {
        answer["status"] = (int)answer["status"]! + 1;
        return true;
    }

    /// <summary>Another letter in the message of an error.</summary>
    private static bool Text(JsonObject answer)
    {
        if (answer["body"]?["errors"] is not JsonArray { Count: > 0 } errors)
            return false;
        errors[0] = (string)errors[0]! + "!";
        return true;
    }

    private static bool Missing(JsonObject answer) => answer["body"]?["data"] is JsonObject { Count: > 0 } data && data.Remove(data.First().Key);

    private static bool Surplus(JsonObject answer)
    {
        if (answer["body"] is not JsonObject body)
            return false;
        body["surplus"] = 1;
        return true;
    }

    private static bool Header(JsonObject answer)
    {
        answer["headers"]!["cache-control"] = "public";
        return true;
    }
}
