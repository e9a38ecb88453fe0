using System.Net;
using System.Text.Json;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.VaultProxy.Tests.Limits;

/// <summary>Vault counts as the real one does: five refusals without a success between lock the role for everyone.</summary>
public sealed class LoginGuardTests : IAsyncDisposable
{
    private const int LockedAt = 5;
    private readonly RecordingUpstream _vault = RecordingUpstream.Start();
    private readonly FakeTimeProvider _time = new();
    private readonly HashSet<string> _valid = ["good"];
    private readonly Lock _gate = new();
    private int _refusals;

    public LoginGuardTests() => _vault.Answer = Login;

    [Fact]
    public async Task A_pod_with_many_wrong_secret_ids_does_not_lock_the_role_for_the_others()
    {
        await using var proxy = await StartAsync();
        Assert.Equal(200, await LoginAsync(proxy, "good"));

        for (var i = 0; i < 40; i++)
            Assert.Contains(await LoginAsync(proxy, $"wrong-{i}"), new[] { 400, 429 });

        Assert.True(_refusals < LockedAt, $"{_refusals} refusals reached Vault.");
        Assert.Equal(200, await LoginAsync(proxy, "good"));
    }

    [Fact]
    public async Task Simultaneous_wrong_logins_do_not_exceed_the_limit_either()
    {
        await using var proxy = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => LoginAsync(proxy, $"wrong-{i}")));

        Assert.DoesNotContain(200, answers);
        Assert.True(_refusals < LockedAt, $"{_refusals} refusals reached Vault.");
    }

    [Fact]
    public async Task A_secret_id_that_vault_has_refused_is_not_sent_again()
    {
        await using var proxy = await StartAsync();

        Assert.Equal(400, await LoginAsync(proxy, "wrong"));
        using var again = await SendAsync(proxy, "role", "wrong");

        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        Assert.Equal("invalid role or secret ID", await again.ErrorAsync());
        Assert.Single(_vault.Requests);
    }

    [Fact]
    public async Task A_new_secret_id_is_tried_after_the_one_before_it_has_expired()
    {
        await using var proxy = await StartAsync();
        Assert.Equal(200, await LoginAsync(proxy, "good"));
        _valid.Remove("good");
        Assert.Equal((int[])[400, 400], (int[])[await LoginAsync(proxy, "good"), await LoginAsync(proxy, "good")]);
        Assert.Equal(1, _refusals);

        _valid.Add("new");

        Assert.Equal(200, await LoginAsync(proxy, "new"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_pair_that_has_not_been_tried_gets_its_try_while_fewer_than_four_have_failed(int failures)
    {
        await using var proxy = await StartAsync();
        for (var i = 0; i < failures; i++)
            Assert.Equal(400, await LoginAsync(proxy, $"wrong-{i}"));

        Assert.Equal(200, await LoginAsync(proxy, "good"));
    }

    [Fact]
    public async Task A_guarded_role_is_told_when_to_come_back_and_may_then_and_a_pair_that_has_worked_does_not_wait()
    {
        await using var proxy = await StartAsync();
        Assert.Equal(200, await LoginAsync(proxy, "good"));
        for (var i = 0; i < 4; i++)
            Assert.Equal(400, await LoginAsync(proxy, $"wrong-{i}"));

        _valid.Add("new");
        using var guarded = await SendAsync(proxy, "role", "new");
        Assert.Equal(HttpStatusCode.TooManyRequests, guarded.StatusCode);
        Assert.StartsWith("too many failed logins", await guarded.ErrorAsync(), StringComparison.Ordinal);
        _time.Advance(guarded.Headers.RetryAfter!.Delta!.Value);
        Assert.Equal(200, await LoginAsync(proxy, "new"));

        for (var i = 4; i < 8; i++)
            Assert.Equal(400, await LoginAsync(proxy, $"wrong-{i}"));
        Assert.Equal((int[])[429, 200, 200], (int[])[await LoginAsync(proxy, "other"), await LoginAsync(proxy, "good"), await LoginAsync(proxy, "new")]);
    }

    [Fact]
    public async Task Of_one_new_pair_that_many_pods_send_at_once_a_single_one_is_tried()
    {
        await using var proxy = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => LoginAsync(proxy, "expired")));

        Assert.All(answers, status => Assert.Equal(400, status));
        Assert.Single(_vault.Requests);
    }

    [Fact]
    public async Task Another_role_is_not_touched()
    {
        await using var proxy = await StartAsync();
        for (var i = 0; i < 5; i++)
            await LoginAsync(proxy, $"wrong-{i}");

        Assert.Equal(200, await LoginAsync(proxy, "good", role: "other"));
    }

    [Fact]
    public async Task Invented_role_ids_neither_keep_a_real_one_out_nor_make_its_failures_forgotten()
    {
        await using var proxy = await StartAsync(("RateLimits:MaxPartitions", "100"));
        Assert.Equal(200, await LoginAsync(proxy, "good"));
        for (var i = 0; i < 3; i++)
            Assert.Equal(400, await LoginAsync(proxy, $"wrong-{i}"));
        for (var i = 0; i < 300; i++)
            Assert.Equal(400, await LoginAsync(proxy, "guess", role: $"invented-{i}"));

        Assert.Equal(200, await LoginAsync(proxy, "good", role: "other"));
        Assert.Equal((int[])[400, 429], (int[])[await LoginAsync(proxy, "wrong-3"), await LoginAsync(proxy, "wrong-4")]);
    }

    [Fact]
    public async Task When_a_pair_that_has_worked_expires_one_failure_tells_however_many_pods_send_it_at_once()
    {
        await using var proxy = await StartAsync();
        Assert.Equal(200, await LoginAsync(proxy, "good"));
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => LoginAsync(proxy, "good"))), status => Assert.Equal(200, status));
        _valid.Remove("good");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => LoginAsync(proxy, "good")));

        Assert.All(answers, status => Assert.Equal(400, status));
        Assert.Equal(1, _refusals);
    }

    [Fact]
    public async Task A_refusal_that_comes_in_chunks_is_counted_too()
    {
        await using var proxy = await StartAsync();
        _vault.Answer = request => Login(request) with { IsChunked = true };

        for (var i = 0; i < 10; i++)
            await LoginAsync(proxy, $"wrong-{i}");

        Assert.Equal(4, _refusals);
    }

    [Fact]
    public async Task An_outage_is_not_counted_as_a_wrong_secret_id()
    {
        await using var proxy = await StartAsync();
        _vault.Answer = _ => Reply.Errors(500, "internal error");
        for (var i = 0; i < 10; i++)
            Assert.Equal(500, await LoginAsync(proxy, "good"));

        _vault.Answer = Login;

        Assert.Equal(200, await LoginAsync(proxy, "good"));
    }

    [Fact]
    public async Task Logins_of_one_role_are_limited_in_number_and_those_of_another_are_not()
    {
        await using var proxy = await StartAsync(("RateLimits:LoginsPerMinute", "6"), ("RateLimits:LoginBurst", "2"));
        Assert.Equal(200, await LoginAsync(proxy, "good"));
        Assert.Equal(200, await LoginAsync(proxy, "good"));

        using var refused = await SendAsync(proxy, "role", "good");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter!.Delta);
        Assert.Equal(200, await LoginAsync(proxy, "good", role: "other"));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, await LoginAsync(proxy, "good"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("role_id=role&secret_id=good")]
    [InlineData("""{"role_id":1,"secret_id":"good"}""")]
    [InlineData("""{"role_id":"role","secret_id":["good"]}""")]
    [InlineData("""{"role_id":"mine","role_id":"role","secret_id":"good"}""")]
    [InlineData("""{"role_id":"mine","\u0072ole_id":"role","secret_id":"good"}""")]
    [InlineData("""{"role_id":"role","secret_id":"good"} {}""")]
    public async Task A_login_whose_role_cannot_be_told_for_certain_is_refused(string body)
    {
        await using var proxy = await StartAsync();

        using var answer = await proxy.SendAsync(HttpMethod.Post, "/v1/auth/approle/login", body: body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(_vault.Requests);
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    private Task<ProxyHost> StartAsync(params (string, string)[] settings) =>
        ProxyHost.StartAsync([_vault.Address], [("RateLimits:LoginsPerMinute", "0"), .. settings], services => services.AddSingleton<TimeProvider>(_time));

    private static async Task<int> LoginAsync(ProxyHost proxy, string secretId, string role = "role")
    {
        using var answer = await SendAsync(proxy, role, secretId);
        return (int)answer.StatusCode;
    }

    private static Task<HttpResponseMessage> SendAsync(ProxyHost proxy, string role, string secretId) =>
        proxy.SendAsync(HttpMethod.Post, "/v1/auth/approle/login", body: JsonSerializer.Serialize(new { role_id = role, secret_id = secretId }));

    private Reply Login(RecordedRequest request)
    {
        using var body = JsonDocument.Parse(request.Body);
        if (body.RootElement.GetProperty("role_id").GetString() != "role")
            return body.RootElement.GetProperty("secret_id").GetString() == "good" ? new Reply(200, """{"auth":{"client_token":"hvs.x"}}""") : Reply.Errors(400, "invalid role or secret ID");
        lock (_gate)
        {
            if (_refusals >= LockedAt)
                return Reply.Errors(403, "permission denied");
            var isValid = _valid.Contains(body.RootElement.GetProperty("secret_id").GetString()!);
            _refusals = isValid ? 0 : _refusals + 1;
            return isValid ? new Reply(200, """{"auth":{"client_token":"hvs.x"}}""") : Reply.Errors(400, "invalid role or secret ID");
        }
    }
}
