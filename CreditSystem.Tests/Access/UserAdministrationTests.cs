using CreditSystem.Api.Access;
using CreditSystem.Tests.Fixtures;
using CreditSystem.Tests.Ledger;

namespace CreditSystem.Tests.Access;

public sealed class UserAdministrationTests(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private IdentityHost host = null!;
    private Registered owner = null!;

    public async ValueTask InitializeAsync()
    {
        host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());
        owner = await host.OpenTenantAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Lists_users_page_by_page()
    {
        foreach (var name in new[] { "anna", "berta", "carla" })
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await host.RegisterAsync(owner.Tenant, name);
        }

        var first = await owner.Client.ReadAsync("/v1/users?limit=3");
        var second = await owner.Client.ReadAsync($"/v1/users?limit=3&cursor={(string?)first.Body["next"]}");

        Assert.Equal(["olivia", "anna", "berta"], first.Body["users"]!.AsArray().Select(user => (string?)user!["username"]));
        Assert.Equal(["carla"], second.Body["users"]!.AsArray().Select(user => (string?)user!["username"]));
        Assert.Null(second.Body["next"]);
    }

    [Fact]
    public async Task Nobody_gives_away_more_than_it_has()
    {
        var op = host.ClientOf(Role.Operator, owner.Tenant);

        Assert.Equal((403, "insufficient_authority"), await CreateAsync(op, "eve", "owner"));
        Assert.Equal((400, "invalid_role"), await CreateAsync(op, "eve", "emperor"));
        Assert.Equal((403, "insufficient_authority"), ((await op.PostAsync($"/v1/users/{owner.Id}/disable", new { })).Status, "insufficient_authority"));
        Assert.Equal((201, null), await CreateAsync(op, "oscar", "operator"));
        Assert.Equal((201, null), await CreateAsync(op, "ursula", "user"));
        Assert.Equal((201, null), await CreateAsync(owner.Client, "olaf", "owner"));
    }

    [Fact]
    public async Task A_new_role_takes_effect_at_once()
    {
        var alice = await host.RegisterAsync(owner.Tenant, "alice");

        Assert.Equal(200, (await owner.Client.PostAsync($"/v1/users/{alice.Id}/role", new { role = "operator" })).Status);

        Assert.Equal(401, (await alice.Client.ReadAsync("/v1/auth/me")).Status);
        var login = await host.Client().PostAsync("/v1/auth/login", new { tenant = owner.Tenant, login = "alice", password = IdentityHost.Password });
        Assert.Equal("operator", (string?)(await host.Client((string)login.Body["access_token"]!).ReadAsync("/v1/auth/me")).Body["role"]);
    }

    [Fact]
    public async Task Another_tenants_user_is_not_there()
    {
        var stranger = await host.OpenTenantAsync();

        foreach (var path in new[] { "", "/disable", "/enable" })
            Assert.Equal(404, (path.Length == 0
                ? await stranger.Client.ReadAsync($"/v1/users/{owner.Id}")
                : await stranger.Client.PostAsync($"/v1/users/{owner.Id}{path}", new { })).Status);
        Assert.Equal(404, (await stranger.Client.PostAsync($"/v1/users/{owner.Id}/role", new { role = "user" })).Status);
    }

    private static async Task<(int, string?)> CreateAsync(HttpClient client, string username, string role)
    {
        var answer = await client.PostAsync("/v1/users", new { email = $"{username}@example.org", username, password = IdentityHost.Password, role });
        return (answer.Status, answer.Code);
    }
}
