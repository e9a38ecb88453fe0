using CreditSystem.Identity;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Access;

public sealed class UserAdministrationTests(SharedApi api) : IAsyncLifetime, IClassFixture<SharedApi>
{
    private readonly IdentityHost host = api.Host;
    private Registered owner = null!;

    public async ValueTask InitializeAsync() => owner = await host.OpenTenantAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Lists_users_page_by_page()
    {
        foreach (var name in new[] { "anna", "berta", "carla" })
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await host.RegisterAsync(owner.Tenant, name);
        }

        var first = await owner.Client.ReadAsync("/v1/users?limit=3");
        var second = await owner.Client.ReadAsync($"/v1/users?limit=3&cursor={(string?)first.Body["next_cursor"]}");

        Assert.Equal(["olivia", "anna", "berta"], first.Body["users"]!.AsArray().Select(user => (string?)user!["username"]));
        Assert.Equal(["carla"], second.Body["users"]!.AsArray().Select(user => (string?)user!["username"]));
        Assert.Null(second.Body["next_cursor"]);
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
    public async Task The_last_owner_who_can_log_in_stays_one()
    {
        var op = await CreatedAsync("oscar", "operator");
        var disabled = await CreatedAsync("olaf", "owner");
        Assert.Equal(200, (await owner.Client.PostAsync($"/v1/users/{disabled}/disable", new { })).Status);

        // By itself, by a key that may do as much, and by what the token command signs.
        var key = (string)(await owner.Client.PostAsync("/v1/api-keys", new { name = "all", scopes = Scope.All })).Body["key"]!;
        foreach (var client in new[] { owner.Client, host.Client(key), host.ClientOf(Role.Owner, owner.Tenant) })
        {
            Assert.Equal((409, "last_owner"), await client.PostAsync($"/v1/users/{owner.Id}/role", new { role = "user" }) is var demoted ? (demoted.Status, demoted.Code) : default);
            Assert.Equal((409, "last_owner"), await client.PostAsync($"/v1/users/{owner.Id}/disable", new { }) is var ended ? (ended.Status, ended.Code) : default);
        }
        Assert.Equal("owner", (string?)(await owner.Client.ReadAsync("/v1/auth/me")).Body["role"]);

        Assert.Equal(200, (await owner.Client.PostAsync($"/v1/users/{owner.Id}/role", new { role = "owner" })).Status);
        Assert.Equal(200, (await owner.Client.PostAsync($"/v1/users/{op}/role", new { role = "owner" })).Status);
        Assert.Equal(200, (await owner.Client.PostAsync($"/v1/users/{owner.Id}/role", new { role = "user" })).Status);
        Assert.Equal(409, (await host.ClientOf(Role.Owner, owner.Tenant).PostAsync($"/v1/users/{op}/disable", new { })).Status);
    }

    [Fact]
    public async Task Two_owners_who_leave_at_once_do_not_both_leave()
    {
        var second = await CreatedAsync("olaf", "owner");
        var administrator = host.ClientOf(Role.Owner, owner.Tenant);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(new[] { owner.Id, second }.Select(id => administrator.PostAsync($"/v1/users/{id}/disable", new { })));

            var owners = (await administrator.ReadAsync("/v1/users")).Body["users"]!.AsArray().Where(user => (string?)user!["role"] == "owner").ToList();
            Assert.Contains(owners, user => !(bool)user!["disabled"]!);
            foreach (var id in new[] { owner.Id, second })
                Assert.Equal(200, (await administrator.PostAsync($"/v1/users/{id}/enable", new { })).Status);
        }
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

    private async Task<string> CreatedAsync(string username, string role)
    {
        var answer = await owner.Client.PostAsync("/v1/users", new { email = $"{username}@example.org", username, password = IdentityHost.Password, role });
        Assert.True(answer.Status == 201, answer.Text);
        return (string)answer.Body["id"]!;
    }

    private static async Task<(int, string?)> CreateAsync(HttpClient client, string username, string role)
    {
        var answer = await client.PostAsync("/v1/users", new { email = $"{username}@example.org", username, password = IdentityHost.Password, role });
        return (answer.Status, answer.Code);
    }
}
