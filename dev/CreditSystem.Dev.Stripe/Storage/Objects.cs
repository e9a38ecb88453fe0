using System.Security.Cryptography;

namespace CreditSystem.Dev.Stripe.Storage;

/// <summary>Reading and making the JSON objects that Stripe's resources are. All numbers are longs.</summary>
internal static class Objects
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string NewId(string prefix) => $"{prefix}_{RandomNumberGenerator.GetString(Alphabet, 24)}";

    public static string Text(this JsonObject value, string name) => (string?)value[name] ?? "";

    public static string? TextOrNull(this JsonObject value, string name) => (string?)value[name];

    public static long Number(this JsonObject value, string name) => (long?)value[name] ?? 0;

    public static bool Flag(this JsonObject value, string name) => (bool?)value[name] ?? false;

    public static string Status(this JsonObject value) => value.Text("status");

    public static JsonObject With(this JsonObject value, string name, JsonNode? node)
    {
        value[name] = node;
        return value;
    }

    public static JsonArray Array(IEnumerable<JsonNode?> items) => [.. items];

    /// <summary>A copy as callers see it: without the server's own members.</summary>
    public static JsonNode? Public(JsonNode? node) => node switch
    {
        JsonObject value => new JsonObject(value.Where(pair => !pair.Key.StartsWith('_'))
            .Select(pair => KeyValuePair.Create(pair.Key, Public(pair.Value)))),
        JsonArray array => new JsonArray([.. array.Select(Public)]),
        _ => node?.DeepClone(),
    };
}
