using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/metrics?format=prometheus</c>, with the names of Vault's own.</summary>
internal sealed class Metrics(SealState seal, TokenStore tokens, LeaseStore leases, VaultClock clock) : ISysPart
{
    private readonly ConcurrentDictionary<string, (long Count, double Milliseconds)> _requests = new(StringComparer.Ordinal);
    private long _logins;
    private long _loginFailures;

    public void Map(Func<string, Route> map) => map("metrics").Read(Read);

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

    private Reply Read(Call call) => call.Body.Text("format") == "prometheus"
        ? new Reply { Body = Prometheus(), BodyType = "text/plain; version=0.0.4; charset=utf-8" }
        : throw VaultFault.BadRequest("metrics are served with format=prometheus only");

    private string Prometheus()
    {
        var text = new StringBuilder();
        Write(text, "vault_core_unsealed", "gauge", seal.IsSealed ? 0 : 1);
        Write(text, "vault_core_active", "gauge", 1);
        Write(text, "vault_token_count", "gauge", tokens.Count);
        Write(text, "vault_expire_num_leases", "gauge", leases.Count);
        Write(text, "vault_core_handle_login_request_count", "counter", Interlocked.Read(ref _logins));
        Write(text, "vault_core_handle_login_request_failures", "counter", Interlocked.Read(ref _loginFailures));
        text.Append("# TYPE vault_route_requests summary\n");
        foreach (var (operation, seen) in _requests.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"vault_route_requests_sum{{operation=\"{operation}\"}} {seen.Milliseconds:0.###}\n");
            text.Append(CultureInfo.InvariantCulture, $"vault_route_requests_count{{operation=\"{operation}\"}} {seen.Count}\n");
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, string type, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n{name} {value}\n");
}
