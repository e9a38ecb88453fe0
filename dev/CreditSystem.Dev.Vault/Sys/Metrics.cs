using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/metrics</c>, with the names of Vault's own; without a token where the server was started for development.</summary>
internal sealed class Metrics(SealState seal, TokenStore tokens, LeaseStore leases, VaultClock clock) : ISysPart
{
    private readonly ConcurrentDictionary<string, (long Count, double Milliseconds)> _requests = new(StringComparer.Ordinal);
    private long _logins;
    private long _loginFailures;

    public void Map(Func<string, Route> map)
    {
        var route = map("metrics").Read(Read).Takes(FieldType.Text, "format");
        if (!seal.HasIndex)
            route.Open();
    }

    public void Count(Call call, Reply reply, long startedAt)
    {
        var milliseconds = clock.GetElapsedTime(startedAt).TotalMilliseconds;
        _requests.AddOrUpdate(call.Operation.Name(), (1, milliseconds), (_, seen) => (seen.Count + 1, seen.Milliseconds + milliseconds));
        if (!call.Path.EndsWith("/login", StringComparison.Ordinal))
            return;
        Interlocked.Increment(ref _logins);
        if (reply.Errors is not null)
            Interlocked.Increment(ref _loginFailures);
    }

    private Reply Read(Call call) => call.Body.Text("format") switch
    {
        "prometheus" => new Reply { Body = Prometheus(), BodyType = "text/plain; version=0.0.4; charset=utf-8" },
        null or "" => new Reply { Body = Summary().ToJsonString(VaultJson.Options) },
        var unknown => new Reply { Status = StatusCodes.Status400BadRequest, Body = $"metric response format \"{unknown}\" unknown", BodyType = "text/plain" },
    };

    private IEnumerable<(string Name, double Value)> Gauges() =>
    [
        ("vault.core.unsealed", seal.IsSealed ? 0 : 1),
        ("vault.core.active", 1),
        ("vault.token.count", tokens.Count),
        ("vault.expire.num_leases", leases.Count),
    ];

    private IEnumerable<(string Name, double Value)> Counters() =>
    [
        ("vault.core.handle_login_request.count", Interlocked.Read(ref _logins)),
        ("vault.core.handle_login_request.failures", Interlocked.Read(ref _loginFailures)),
    ];

    private JsonObject Summary() => new()
    {
        ["Timestamp"] = clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss +0000 UTC", CultureInfo.InvariantCulture),
        ["Gauges"] = new JsonArray([.. Gauges().Select(gauge => new JsonObject { ["Name"] = gauge.Name, ["Value"] = gauge.Value, ["Labels"] = new JsonObject() })]),
        ["Points"] = new JsonArray(),
        ["Counters"] = new JsonArray([.. Counters().Select(counter => new JsonObject { ["Name"] = counter.Name, ["Count"] = counter.Value, ["Sum"] = counter.Value, ["Labels"] = new JsonObject() })]),
        ["Samples"] = new JsonArray(),
    };

    private string Prometheus()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Gauges())
            Write(text, name, "gauge", value);
        foreach (var (name, value) in Counters())
            Write(text, name, "counter", value);
        text.Append("# TYPE vault_route_requests summary\n");
        foreach (var (operation, seen) in _requests.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"vault_route_requests_sum{{operation=\"{operation}\"}} {seen.Milliseconds:0.###}\n");
            text.Append(CultureInfo.InvariantCulture, $"vault_route_requests_count{{operation=\"{operation}\"}} {seen.Count}\n");
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, string type, double value)
    {
        name = name.Replace('.', '_');
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n{name} {value}\n");
    }
}
