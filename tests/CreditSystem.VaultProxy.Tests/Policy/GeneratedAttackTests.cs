using System.Text.RegularExpressions;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;

namespace CreditSystem.VaultProxy.Tests.Policy;

/// <summary>
/// Whatever is put into a path, Vault sees the bytes that were judged or none; and what it sees means the same to every server,
/// however often that one decodes and cleans it. The tests' own reading of paths shares nothing with the proxy's.
/// </summary>
public sealed partial class GeneratedAttackTests
{
    private const int Attacks = 1500;
    private static readonly int[] Refusals = [400, 403, 404, 405];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_arrives_is_on_the_allow_list_however_it_is_read(int seed)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault, ("RateLimits:RequestsPerSecond", "0"), ("RateLimits:LoginsPerMinute", "0"));

        var arrived = await AttackAsync(vault, proxy, seed);

        Assert.All(arrived, target => Assert.Matches(Allowed(), Canonical(target)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_is_never_allowed_does_not_arrive_where_administration_is_either(int seed)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault, ("RateLimits:RequestsPerSecond", "0"), ("RateLimits:LoginsPerMinute", "0"), ("AllowAdministration", "true"));

        var arrived = await AttackAsync(vault, proxy, seed);

        Assert.All(arrived, target => Assert.DoesNotMatch(NeverAllowed(), Canonical(target)));
    }

    /// <returns>What has arrived, all of it judged as it was sent.</returns>
    private static async Task<IReadOnlyList<string>> AttackAsync(RecordingUpstream vault, ProxyHost proxy, int seed)
    {
        var generator = new AttackGenerator(seed);
        var (cleaned, arrived) = (0, new List<string>());
        for (var i = 0; i < Attacks; i++)
        {
            var (method, target) = generator.Next();
            var answer = await SendAsync(method, target);
            if (Location().Match(answer) is { Success: true } location)
            {
                cleaned++;
                Assert.StartsWith("HTTP/1.1 307 ", answer, StringComparison.Ordinal);
                Assert.DoesNotMatch(Unclean(), location.Groups[1].Value);
                // The second is judged like any other, and is not sent on a further way.
                Assert.DoesNotContain("\r\nLocation:", await SendAsync(method, location.Groups[1].Value), StringComparison.Ordinal);
            }
        }

        // Otherwise the generator shows nothing.
        Assert.True(cleaned > 50 && arrived.Count > 50, $"{cleaned} cleaned, {arrived.Count} arrived");
        return arrived;

        async Task<string> SendAsync(string method, string target)
        {
            vault.Forget();
            var body = method is "POST" or "PUT" ? """{"role_id":"r","secret_id":"s"}""" : "";
            var answer = await RawConnection.ExchangeAsync(proxy.Address, System.Text.Encoding.Latin1.GetBytes(
                $"{method} {target} HTTP/1.1\r\nHost: vault\r\nX-Vault-Token: t\r\nConnection: close\r\n{(body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "")}\r\n{body}"));
            var status = RawConnection.Statuses(answer).Single();
            if (status == 200)
            {
                // Of sys/health the unknown parameters are left out.
                var sent = method == "GET" && target.StartsWith("/v1/sys/health?", StringComparison.Ordinal) ? "/v1/sys/health" : target;
                Assert.Equal(sent, Assert.Single(vault.Targets));
                Assert.Equal(method, vault.Requests[0].Method);
                arrived.Add(sent);
            }
            else
            {
                Assert.Empty(vault.Targets);
                Assert.True(status == 307 || Refusals.Contains(status), $"{method} {target} → {status}");
            }

            return answer;
        }
    }

    /// <summary>As the most obliging server would read it: decoded as long as there is anything to decode, then cleaned.</summary>
    private static string Canonical(string target)
    {
        var path = target.Split('?', '#')[0];
        for (var before = ""; before != path;)
            (before, path) = (path, Uri.UnescapeDataString(path).Replace('\\', '/'));
        List<string> segments = [];
        foreach (var segment in path.Split('/').Select(segment => segment.Split(';')[0].Trim(' ', '\0')))
        {
            if (segment == ".." && segments.Count > 0)
                segments.RemoveAt(segments.Count - 1);
            else if (segment is not ("" or "." or ".."))
                segments.Add(segment);
        }

        return string.Join('/', segments);
    }

    [GeneratedRegex(@"^v1/(secret/(data|metadata|subkeys|delete|undelete|destroy)/credit-system(/.*)?|sys/(health|init|leader|seal-status)|auth/approle/login|auth/token/lookup-self|database/creds/[a-z]+)$")]
    private static partial Regex Allowed();

    [GeneratedRegex("(^|/)sys/(raw|generate-root-token|rotate|workflows|leases/revoke-prefix|namespaces/.+/(seal|unseal))(/|$)")]
    private static partial Regex NeverAllowed();

    [GeneratedRegex(@"\r\nLocation: ([^\r]*)\r\n")]
    private static partial Regex Location();

    [GeneratedRegex(@"^(?!/v1/)|//|/\.{1,2}(/|\?|$)|(?i:%2e%2e|%5c|%00)")]
    private static partial Regex Unclean();
}
