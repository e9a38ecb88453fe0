using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace CreditSystem.Testing.Vault;

// Its database and transit engines.
internal sealed partial class MinimalVault
{
    private readonly ConcurrentDictionary<string, Lease> _leases = [];
    private int _users;

    /// <summary>Makes a user in a real database; without one it is a name alone.</summary>
    public Func<Task<(string User, string Password)>>? CreateDatabaseUser { get; set; }

    public Func<string, Task>? DropDatabaseUser { get; set; }

    public TimeSpan DatabaseTtl { get; set; } = TimeSpan.FromHours(1);

    public TimeSpan DatabaseMaxTtl { get; set; } = TimeSpan.FromHours(24);

    public string StaticPassword { get; set; } = "canary-static-first";

    /// <summary>Of the transit key; null while there is none.</summary>
    public int? TransitVersion { get; set; } = 1;

    /// <summary>The users that there are, one for each lease.</summary>
    public IEnumerable<string> DatabaseUsers => _leases.Values.Select(lease => lease.User);

    /// <summary>Ends every token, and the leases with them.</summary>
    public async Task RevokeAllWithLeasesAsync()
    {
        RevokeAll();
        foreach (var id in _leases.Keys)
            await DropAsync(id);
    }

    private async Task<(int Status, JsonNode? Answer)> AnswerEnginesAsync(HttpRequest request, JsonObject body)
    {
        var path = request.Path.Value!["/v1/".Length..];
        var token = request.Headers["X-Vault-Token"].ToString();
        if (!_tokens.TryGetValue(token, out var known) || known.ExpiresAt <= _time.GetUtcNow())
            return (403, Errors("permission denied"));
        if (path.StartsWith("database/creds/", StringComparison.Ordinal))
            return await IssueAsync(token);
        if (path.StartsWith("database/static-creds/", StringComparison.Ordinal))
            return (200, Data(new JsonObject { ["username"] = "static", ["password"] = StaticPassword, ["ttl"] = 60 }));
        return path == "sys/leases/renew" ? RenewLease((string)body["lease_id"]!) : AnswerTransit(path, body);
    }

    private async Task<(int, JsonNode?)> IssueAsync(string token)
    {
        var (user, password) = CreateDatabaseUser is { } create ? await create() : ($"v-user-{Interlocked.Increment(ref _users)}", $"canary-issued-{_users}");
        var id = $"database/creds/credit-system/{Guid.NewGuid():N}";
        _leases[id] = new Lease(token, user, _time.GetUtcNow());
        var answer = Data(new JsonObject { ["username"] = user, ["password"] = password });
        (answer["lease_id"], answer["renewable"], answer["lease_duration"]) = (id, true, (int)DatabaseTtl.TotalSeconds);
        return (200, answer);
    }

    private (int, JsonNode?) RenewLease(string id)
    {
        if (!_leases.TryGetValue(id, out var lease))
            return (400, Errors("lease not found"));
        var left = lease.IssuedAt + DatabaseMaxTtl - _time.GetUtcNow();
        return (200, new JsonObject { ["lease_id"] = id, ["renewable"] = true, ["lease_duration"] = (int)(left < DatabaseTtl ? left : DatabaseTtl).TotalSeconds });
    }

    private async Task DropLeasesOfAsync(string token)
    {
        foreach (var (id, _) in _leases.Where(lease => lease.Value.Token == token).ToArray())
            await DropAsync(id);
    }

    private async Task DropAsync(string id)
    {
        if (_leases.TryRemove(id, out var lease) && DropDatabaseUser is { } drop)
            await drop(lease.User);
    }

    private (int, JsonNode?) AnswerTransit(string path, JsonObject body)
    {
        if (TransitVersion is not { } version)
            return (400, Errors("encryption key not found"));
        if (body["batch_input"] is JsonArray batch)
            return AnswerBatch(path, body, batch);
        var context = (string?)body["context"] ?? "";
        if (path.StartsWith("transit/encrypt/", StringComparison.Ordinal))
            return (200, Data(new JsonObject { ["ciphertext"] = Seal(version, context, (string)body["plaintext"]!), ["key_version"] = version }));
        var sealedText = ((string)body["ciphertext"]!).Split(':', 3);
        var (opened, plain) = Open(sealedText[2]);
        if (opened != context)
            return (400, Errors("cipher: message authentication failed"));
        return path.StartsWith("transit/rewrap/", StringComparison.Ordinal)
            ? (200, Data(new JsonObject { ["ciphertext"] = Seal(version, context, plain), ["key_version"] = version }))
            : (200, Data(new JsonObject { ["plaintext"] = plain }));
    }

    /// <summary>As OpenBao does it: at most 1,000 strings; a bad member fails a decryption as a whole, and is an error inside of a rewrap.</summary>
    private (int, JsonNode?) AnswerBatch(string path, JsonObject body, JsonArray batch)
    {
        if (CountStrings(body) > 1_000)
            return (400, Errors("refused JSON input due to high complexity: exceeded maximum number of strings"));
        var answers = batch.Select(item => AnswerTransit(path, (JsonObject)item!.DeepClone())).ToArray();
        var results = new JsonArray([.. answers.Select(each => each.Item1 == 200 ? each.Item2!["data"]!.DeepClone() : new JsonObject { ["error"] = "invalid ciphertext" })]);
        var isFailed = path.StartsWith("transit/decrypt/", StringComparison.Ordinal) && answers.Any(each => each.Item1 != 200);
        return (isFailed ? 400 : 200, Data(new JsonObject { ["batch_results"] = results }));
    }

    private static int CountStrings(JsonNode? node) => node switch
    {
        JsonObject members => members.Sum(member => 1 + CountStrings(member.Value)),
        JsonArray items => items.Sum(CountStrings),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => 1,
        _ => 0,
    };

    private static string Seal(int version, string context, string plain) =>
        $"vault:v{version}:{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Guid.NewGuid():N}|{context}|{plain}"))}";

    private static (string Context, string Plain) Open(string text)
    {
        var parts = Encoding.UTF8.GetString(Convert.FromBase64String(text)).Split('|', 3);
        return (parts[1], parts[2]);
    }

    private sealed record Lease(string Token, string User, DateTimeOffset IssuedAt);
}
