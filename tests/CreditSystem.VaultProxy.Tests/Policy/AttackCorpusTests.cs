using System.Net;
using System.Text;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;

namespace CreditSystem.VaultProxy.Tests.Policy;

public sealed class AttackCorpusTests
{
    private const string Sentinel = "/v1/secret/data/credit-system/sentinel";

    /// <summary>Follows each smuggling on its connection: answered where the proxy has kept the framing, and closes it.</summary>
    private const string LastRequest = $"GET {Sentinel} HTTP/1.1\r\nHost: vault\r\nX-Vault-Token: t\r\nConnection: close\r\n\r\n";

    [Fact]
    public async Task Not_one_byte_of_the_attack_corpus_arrives_at_vault()
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault, ("RateLimits:RequestsPerSecond", "0"));
        Assert.True(AttackCorpus.Attacks.Count >= 200, $"The corpus has only {AttackCorpus.Attacks.Count} requests.");
        List<string> failures = [];

        foreach (var attack in AttackCorpus.Attacks)
        {
            var answer = await RawConnection.SendAsync(proxy.Address, attack.Method, attack.Target);
            if (!attack.Statuses.Contains(RawConnection.Statuses(answer).Append(0).First()))
                failures.Add($"{attack.Method} {attack.Target[..Math.Min(80, attack.Target.Length)]} → {answer.Split('\r')[0]}");
        }

        Assert.Empty(failures);
        Assert.Empty(vault.Requests);
        // The recorder does record: what is allowed arrives.
        await RawConnection.SendAsync(proxy.Address, "GET", Sentinel);
        Assert.Equal([Sentinel], vault.Targets);
    }

    [Fact]
    public async Task Smuggled_requests_never_arrive()
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);
        List<string> failures = [];

        foreach (var smuggling in AttackCorpus.Smugglings)
        {
            vault.Forget();
            var statuses = RawConnection.Statuses(await RawConnection.ExchangeAsync(proxy.Address, Encoding.Latin1.GetBytes(smuggling.Bytes + LastRequest)));
            if (!statuses.SequenceEqual(smuggling.Statuses) || !vault.Targets.SequenceEqual(smuggling.Arrives))
                failures.Add($"{smuggling.Name}: answered {string.Join(' ', statuses)}, arrived: {string.Join(' ', vault.Requests.Select(request => request.Line))}");
        }

        Assert.NotEmpty(AttackCorpus.Smugglings);
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    [Theory]
    [InlineData("GET", "/v1/secret/data/credit-system/app")]
    [InlineData("GET", "/v1/secret/data/credit-system/my%2Fpath")]
    [InlineData("GET", "/v1/secret/data/credit-system/my%2fpath%20with%20spaces")]
    [InlineData("GET", "/v1/secret/data/credit-system/%C3%A9t%C3%A9/%E2%82%AC")]
    [InlineData("GET", "/v1/secret/data/credit-system/a+b*c@d!e$f&g(h)i,j=k:l~m")]
    [InlineData("GET", "/v1/secret/data/credit-system/100%25")]
    [InlineData("GET", "/v1/secret/data/credit-system/.hidden/a..b")]
    [InlineData("GET", "/v1/secret/data/credit-system")]
    [InlineData("GET", "/v1/secret/data/credit-system/app?version=3")]
    [InlineData("LIST", "/v1/secret/metadata/credit-system/")]
    [InlineData("LIST", "/v1/secret/metadata/credit-system")]
    [InlineData("GET", "/v1/secret/metadata/credit-system/?list=true")]
    [InlineData("GET", "/v1/secret/metadata/credit-system/")] // a slash at the end arrives as it came
    [InlineData("GET", "/v1/secret/data/credit-system/app/")]
    [InlineData("GET", "/v1/secret/subkeys/credit-system/app?version=1&depth=-1")]
    [InlineData("GET", "/v1/sys/init")]
    [InlineData("GET", "/v1/sys/leader")]
    [InlineData("LIST", "/v1/auth/approle/role/web/secret-id/")]
    [InlineData("GET", "/v1/secret/metadata/credit-system/team%2Fa/?list=true&limit=10")]
    [InlineData("GET", "/v1/sys/health?standbyok=true&perfstandbyok=true")]
    [InlineData("HEAD", "/v1/sys/health")]
    [InlineData("GET", "/v1/sys/seal-status")]
    [InlineData("GET", "/v1/auth/token/lookup-self")]
    [InlineData("GET", "/v1/database/creds/credit-system")]
    [InlineData("GET", "/v1/auth/approle/role/web/role-id")]
    [InlineData("LIST", "/v1/auth/approle/role/web/secret-id")]
    [InlineData("GET", "/v1/sys/internal/ui/mounts/secret/data/credit-system/app")]
    public async Task What_is_allowed_arrives_byte_for_byte(string method, string target)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);

        var answer = await RawConnection.SendAsync(proxy.Address, method, target);

        Assert.Equal([200], RawConnection.Statuses(answer));
        Assert.Equal([$"{method} {target} HTTP/1.1"], vault.Requests.Select(request => request.Line));
    }

    [Theory]
    [InlineData("auth/approle/login")]
    [InlineData("auth/token/renew-self")]
    [InlineData("auth/token/revoke-self")]
    [InlineData("auth/approle/role/web/secret-id")]
    [InlineData("auth/approle/role/web/secret-id/lookup")]
    [InlineData("auth/approle/role/web/secret-id-accessor/lookup")]
    [InlineData("auth/approle/role/web/secret-id-accessor/destroy")]
    [InlineData("secret/data/credit-system/app")]
    [InlineData("secret/delete/credit-system/app")]
    [InlineData("secret/undelete/credit-system/app")]
    [InlineData("secret/destroy/credit-system/app")]
    [InlineData("transit/encrypt/credit-system")]
    [InlineData("transit/decrypt/credit-system")]
    [InlineData("transit/rewrap/credit-system")]
    [InlineData("sys/leases/renew")]
    [InlineData("sys/leases/revoke")]
    [InlineData("sys/wrapping/lookup")]
    [InlineData("sys/wrapping/unwrap")]
    [InlineData("pki/issue/web")]
    public async Task Writes_of_the_applications_arrive_with_their_body(string path)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);
        const string Body = """{"role_id":"r","secret_id":"s"}""";

        using var answer = await proxy.SendAsync(HttpMethod.Post, $"/v1/{path}", body: Body);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var request = Assert.Single(vault.Requests);
        Assert.Equal(($"/v1/{path}", Body), (request.Target, request.Text));
        Assert.StartsWith("application/json", request.Header("Content-Type"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/v1/sys/mounts", 403, "permission denied: path is not allowed by vault-proxy")]
    [InlineData("GET", "/v1/secret/data/credit-system/%2e%2e/x", 400, "request path must not contain relative or doubly encoded segments")]
    [InlineData("TRACE", "/v1/secret/data/credit-system/x", 403, "permission denied: method is not allowed by vault-proxy")]
    [InlineData("GET", "/v1/secret/data/credit-system/x?help=1", 400, "query parameter is not allowed by vault-proxy")]
    public async Task Refusals_have_the_shape_of_vaults_errors(string method, string target, int status, string error)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);

        var answer = await RawConnection.SendAsync(proxy.Address, method, target);

        Assert.Equal([status], RawConnection.Statuses(answer));
        Assert.Contains("Content-Type: application/json\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Cache-Control: no-store\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith($$"""{"errors":["{{error}}"]}""", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?drsecondarycode=299&colour=red&sealedcode=299", "?drsecondarycode=299&sealedcode=299")]
    [InlineData("?standbyok=true", "?standbyok=true")]
    [InlineData("?colour=red", "")]
    [InlineData("?standbyok=true&a=..%2f..&b=%00&%73ealedcode=299&help=1&list=true", "?standbyok=true")]
    public async Task Parameters_of_a_health_check_that_vault_does_not_know_are_left_out(string query, string arrives)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);

        var answer = await RawConnection.SendAsync(proxy.Address, "GET", $"/v1/sys/health{query}");

        Assert.Equal([200], RawConnection.Statuses(answer));
        Assert.Equal([$"/v1/sys/health{arrives}"], vault.Targets);
    }

    [Theory]
    [InlineData("SCAN", "kv/all/{tail?}", "/v1/kv/all/", 200)]
    [InlineData("SCAN", "kv/all/{tail?}", "/v1/kv/all/team", 200)]
    [InlineData("GET", "kv/all/{tail?}", "/v1/kv/all/?scan=true", 200)]
    [InlineData("LIST", "kv/all/{tail?}", "/v1/kv/all/", 403)]
    [InlineData("GET", "kv/all/{tail?}", "/v1/kv/all/", 403)]
    [InlineData("GET", "kv/all/{tail?}", "/v1/kv/all/?list=true", 400)]
    [InlineData("POST", "kv/all/{tail?}", "/v1/kv/all/?scan=true", 400)]
    [InlineData("GET", "kv/all/{tail?}", "/v1/kv/all/?scan=maybe", 400)]
    public async Task Scan_passes_where_a_route_names_it(string method, string path, string target, int status)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault, ("Routes:0:Path", path), ("Routes:0:Methods:0", "SCAN"), ("Routes:0:Query:0", "scan"));

        var answer = await RawConnection.SendAsync(proxy.Address, method, target);

        Assert.Equal([status], RawConnection.Statuses(answer));
        Assert.Equal(status == 200 ? 1 : 0, vault.Requests.Count);
    }

    [Theory]
    [InlineData("GET", "/v1//secret/data/credit-system/app", "/v1/secret/data/credit-system/app")]
    [InlineData("POST", "/v1//secret/data/credit-system/app", "/v1/secret/data/credit-system/app")]
    [InlineData("GET", "/v1/secret/./data/credit-system/x/../my%2Fapp?version=3", "/v1/secret/data/credit-system/my%2Fapp?version=3")]
    [InlineData("LIST", "/v1/secret/metadata//credit-system//", "/v1/secret/metadata/credit-system/")]
    [InlineData("GET", "/v1/secret/data/credit-system/app/.", "/v1/secret/data/credit-system/app")]
    public async Task A_path_with_empty_or_dot_segments_is_answered_with_the_cleaned_one_as_vault_does(string method, string target, string cleaned)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);

        var answer = await RawConnection.SendAsync(proxy.Address, method, target);
        Assert.Empty(vault.Requests);
        var second = await RawConnection.SendAsync(proxy.Address, method, cleaned);

        Assert.StartsWith("HTTP/1.1 307 ", answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nLocation: {cleaned}\r\n", answer, StringComparison.Ordinal);
        Assert.Equal([200], RawConnection.Statuses(second));
        Assert.Equal([cleaned], vault.Targets);
    }
}
