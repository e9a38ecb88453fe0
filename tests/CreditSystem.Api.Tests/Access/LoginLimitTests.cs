using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Access;

public sealed class LoginLimitTests(RedisServer redis, LoginLimitedApi api) : IAsyncLifetime, IClassFixture<LoginLimitedApi>
{
    private const string Home = "192.0.2.10";
    private const string Elsewhere = "192.0.2.11";

    private readonly IdentityHost host = api.Host;
    private Registered owner = null!;

    public async ValueTask InitializeAsync() => owner = await host.OpenTenantAsync(address: Home);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Stops_guessing_from_many_addresses_without_locking_the_owner_out()
    {
        var guesses = new List<int>();
        for (var i = 0; i < 8; i++)
            guesses.Add((await LoginAsync("olivia", $"guess number {i}", $"203.0.113.{i}")).Status);
        var rightButStrange = await LoginAsync("olivia", IdentityHost.Password, Elsewhere);
        var atHome = await LoginAsync("olivia", IdentityHost.Password, Home);

        Assert.Equal([401, 401, 401, 401, 401, 429, 429, 429], guesses);
        Assert.Equal((429, "rate_limited", "login"), (rightButStrange.Status, rightButStrange.Code, (string?)rightButStrange.Body["policy"]));
        Assert.True(rightButStrange.Response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal(200, atHome.Status);
    }

    [Fact]
    public async Task Knows_an_address_from_the_first_login_from_it()
    {
        Assert.Equal(200, (await LoginAsync("olivia", IdentityHost.Password, Elsewhere)).Status);
        for (var i = 0; i < 8; i++)
            await LoginAsync("olivia", $"guess number {i}", $"203.0.113.{i}");

        Assert.Equal(200, (await LoginAsync("olivia", IdentityHost.Password, Elsewhere)).Status);
    }

    [Fact]
    public async Task Limits_a_known_address_as_well_and_forgets_mistakes_after_success()
    {
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 2; i++)
                Assert.Equal(401, (await LoginAsync("olivia", "mistyped password", Home)).Status);
            Assert.Equal(200, await UntilForgottenAsync());
        }
        for (var i = 0; i < 3; i++)
            Assert.Equal(401, (await LoginAsync("olivia", "mistyped password", Home)).Status);

        Assert.Equal(429, (await LoginAsync("olivia", IdentityHost.Password, Home)).Status);
    }

    [Fact]
    public async Task Treats_a_name_that_nobody_has_the_same()
    {
        var answers = new List<int>();
        for (var i = 0; i < 6; i++)
            answers.Add((await LoginAsync("nobody", $"guess number {i}", $"203.0.113.{i}")).Status);

        Assert.Equal([401, 401, 401, 401, 401, 429], answers);
    }

    [Fact]
    public async Task Goes_on_limiting_while_redis_is_away()
    {
        await using var alone = await IdentityHost.StartReplicaAsync(host, IdentityHost.NoRedis, LoginLimitedApi.Limits);
        var answers = new List<int>();
        for (var i = 0; i < 6; i++)
            answers.Add((await LoginAsync("olivia", $"guess number {i}", $"203.0.113.{i}", alone)).Status);

        Assert.Equal([401, 401, 401, 401, 401, 429], answers);
        Assert.Equal(200, (await LoginAsync("olivia", IdentityHost.Password, Home, alone)).Status);
    }

    /// <summary>Forgetting is sent and not waited for.</summary>
    private async Task<int> UntilForgottenAsync()
    {
        var status = (await LoginAsync("olivia", IdentityHost.Password, Home)).Status;
        var database = (await redis.GetInstanceAsync()).ConnectAsync();
        await using var connection = await database;
        await connection.GetDatabase().PingAsync();
        await Task.Delay(50, TestContext.Current.CancellationToken);
        return status;
    }

    private Task<Answer> LoginAsync(string login, string password, string address, IdentityHost? at = null) =>
        (at ?? host).Client(address: address).PostAsync("/v1/auth/login", new { tenant = owner.Tenant, login, password });
}
