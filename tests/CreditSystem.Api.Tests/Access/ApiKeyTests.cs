using CreditSystem.Identity;
using CreditSystem.Identity.ApiKeys;
using CreditSystem.Testing;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Access;

public sealed class ApiKeyTests(SharedApi api) : IAsyncLifetime, IClassFixture<SharedApi>
{
    private readonly IdentityHost host = api.Host;
    private Registered owner = null!;

    public async ValueTask InitializeAsync() => owner = await host.OpenTenantAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Acts_for_its_tenant_in_either_header()
    {
        var (id, key, _) = await CreateAsync();

        var byHeader = await KeyClient(key).ReadAsync("/v1/auth/me");
        var byBearer = await host.Client(key).ReadAsync("/v1/auth/me");

        foreach (var answer in new[] { byHeader, byBearer })
            Assert.Equal((200, owner.Tenant, id, "service"), (answer.Status, (string?)answer.Body["tenant"], (string?)answer.Body["principal"], (string?)answer.Body["role"]));
        Assert.Equal(201, (await KeyClient(key).PostAsync("/v1/accounts", new { holder = "somebody" })).Status);
        Assert.Equal((403, "missing_scope"), ((await KeyClient(key).ReadAsync("/v1/users")).Status, (await KeyClient(key).ReadAsync("/v1/users")).Code));
    }

    [Fact]
    public async Task Is_shown_once_and_expires_after_thirty_days()
    {
        var (id, key, prefix) = await CreateAsync();

        var read = await owner.Client.ReadAsync($"/v1/api-keys/{id}");
        host.Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1));
        var before = await KeyClient(key).ReadAsync("/v1/auth/me");
        host.Time.Advance(TimeSpan.FromMinutes(1));
        var after = await KeyClient(key).ReadAsync("/v1/auth/me");

        Assert.StartsWith(prefix, key, StringComparison.Ordinal);
        Assert.Equal(prefix, (string?)read.Body["prefix"]);
        Assert.DoesNotContain(key, read.Text);
        Assert.Equal(200, before.Status);
        Assert.Equal((401, "API_KEY_INVALID"), (after.Status, after.Code));
    }

    [Theory]
    [InlineData("csk_")]
    [InlineData("nonsense")]
    [InlineData("csk_AAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Is_refused_when_nobody_was_given_it(string key)
    {
        var answer = await KeyClient(key).ReadAsync("/v1/auth/me");

        Assert.Equal((401, "API_KEY_INVALID"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task May_do_no_more_than_whoever_made_it()
    {
        var (_, admin, _) = await CreateAsync("keys:admin", "accounts:read");

        var more = await KeyClient(admin).PostAsync("/v1/api-keys", new { name = "more", scopes = new[] { "transfers:write" } });
        var unknown = await KeyClient(admin).PostAsync("/v1/api-keys", new { name = "unknown", scopes = new[] { "everything" } });
        var same = await KeyClient(admin).PostAsync("/v1/api-keys", new { name = "same", scopes = new[] { "accounts:read" } });
        var byDefault = await KeyClient(admin).PostAsync("/v1/api-keys", new { name = "default" });
        var stranger = await host.ClientOf(Role.Operator, owner.Tenant).PostAsync("/v1/api-keys", new { name = "none" });

        Assert.Equal((403, "insufficient_authority"), (more.Status, more.Code));
        Assert.Equal((400, "invalid_scopes"), (unknown.Status, unknown.Code));
        Assert.Equal((201, 201), (same.Status, byDefault.Status));
        Assert.Equal(["accounts:read"], byDefault.Body["api_key"]!["scopes"]!.AsArray().Select(scope => (string?)scope));
        Assert.Equal((403, "missing_scope"), (stranger.Status, stranger.Code));
    }

    [Fact]
    public async Task Keeps_a_user_to_its_own_accounts()
    {
        var alice = await host.RegisterAsync(owner.Tenant, "alice");
        var bob = await host.RegisterAsync(owner.Tenant, "bob");
        var tokens = host.Services.GetRequiredService<CreditSystem.Identity.Tokens.AccessTokenIssuer>();
        var delegated = host.Client(tokens.Issue(alice.Id, owner.Tenant, Role.User, [Scope.KeysAdmin, Scope.AccountsRead]).Value);
        var key = (string)(await delegated.PostAsync("/v1/api-keys", new { name = "phone" })).Body["key"]!;

        Assert.Equal(200, (await KeyClient(key).ReadAsync($"/v1/accounts/{alice.Wallet}")).Status);
        Assert.Equal(404, (await KeyClient(key).ReadAsync($"/v1/accounts/{bob.Wallet}")).Status);
    }

    [Fact]
    public async Task Is_out_at_once_on_every_replica_when_revoked()
    {
        await using var replica = await IdentityHost.StartReplicaAsync(host);
        var (id, key, _) = await CreateAsync();
        Assert.Equal(200, (await KeyClient(key, replica).ReadAsync("/v1/auth/me")).Status);

        Assert.Equal(204, (await Answer.OfAsync(await owner.Client.DeleteAsync($"/v1/api-keys/{id}", TestContext.Current.CancellationToken))).Status);

        foreach (var at in new[] { host, replica })
        {
            var answer = await KeyClient(key, at).ReadAsync("/v1/auth/me");
            Assert.Equal((401, "API_KEY_INVALID"), (answer.Status, answer.Code));
        }
        Assert.Equal("revoked", (string?)(await owner.Client.ReadAsync($"/v1/api-keys/{id}")).Body["status"]);
        Assert.Equal((409, "api_key_revoked"), await RotateAsync(id, 0) is var (answered, _) ? (answered.Status, answered.Code) : default);
    }

    [Fact]
    public async Task Is_out_within_seconds_on_every_replica_when_revoked_without_redis()
    {
        await using var replica = await IdentityHost.StartReplicaAsync(host, redis: IdentityHost.NoRedis);
        var (id, key, _) = await CreateAsync();
        Assert.Equal(200, (await KeyClient(key, replica).ReadAsync("/v1/auth/me")).Status);

        await owner.Client.DeleteAsync($"/v1/api-keys/{id}", TestContext.Current.CancellationToken);
        replica.Time.Advance(TimeSpan.FromSeconds(new ApiKeyOptions().CacheSeconds));

        Assert.Equal(401, (await KeyClient(key, replica).ReadAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task Goes_on_with_the_old_secret_for_the_overlap_after_a_rotation_and_stays_the_same_principal()
    {
        var (id, key, _) = await CreateAsync();

        var (rotated, next) = await RotateAsync(id, 3600);

        Assert.Equal(200, rotated.Status);
        foreach (var secret in new[] { key, next })
            Assert.Equal((200, id), await MeAsync(secret));
        host.Time.Advance(TimeSpan.FromSeconds(3600));
        Assert.Equal(401, (await MeAsync(key)).Status);
        Assert.Equal((200, id), await MeAsync(next));
    }

    [Fact]
    public async Task Ends_the_old_secret_at_once_where_a_rotation_asks_for_it()
    {
        await using var replica = await IdentityHost.StartReplicaAsync(host);
        var (id, key, _) = await CreateAsync();
        Assert.Equal(200, (await KeyClient(key, replica).ReadAsync("/v1/auth/me")).Status);

        var (_, next) = await RotateAsync(id, 0);

        Assert.Equal(401, (await KeyClient(key, replica).ReadAsync("/v1/auth/me")).Status);
        Assert.Equal(200, (await KeyClient(next, replica).ReadAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task Is_told_good_from_bad_within_its_own_tenant_only()
    {
        var (id, key, _) = await CreateAsync();
        var stranger = await host.OpenTenantAsync();

        Assert.Equal((true, null), await ValidateAsync(owner.Client, key));
        Assert.Equal((false, "unknown"), await ValidateAsync(stranger.Client, key));
        Assert.Equal((false, "unknown"), await ValidateAsync(owner.Client, "csk_nonsense"));
        Assert.Equal(404, (await stranger.Client.ReadAsync($"/v1/api-keys/{id}")).Status);
        Assert.Equal(404, (int)(await stranger.Client.DeleteAsync($"/v1/api-keys/{id}", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(404, (await stranger.Client.PostAsync($"/v1/api-keys/{id}/rotate", new { })).Status);
        Assert.Empty((await stranger.Client.ReadAsync("/v1/api-keys")).Body["api_keys"]!.AsArray());
        await owner.Client.DeleteAsync($"/v1/api-keys/{id}", TestContext.Current.CancellationToken);
        Assert.Equal((false, "revoked"), await ValidateAsync(owner.Client, key));
    }

    [Fact]
    public async Task Remembers_when_it_was_last_used_with_one_write_for_many_uses()
    {
        var (id, key, _) = await CreateAsync();
        Assert.Null((await owner.Client.ReadAsync($"/v1/api-keys/{id}")).Body["last_used_at"]);
        for (var i = 0; i < 5; i++)
            await KeyClient(key).ReadAsync("/v1/auth/me");

        await host.Services.GetRequiredService<ApiKeyUsageTracker>().WriteAsync(TestContext.Current.CancellationToken);

        var used = (DateTimeOffset)(await owner.Client.ReadAsync($"/v1/api-keys/{id}")).Body["last_used_at"]!;
        Assert.Equal(host.Time.GetUtcNow().ToUnixTimeMilliseconds(), used.ToUnixTimeMilliseconds());
    }

    /// <summary>The original's keys were made of the time and a counter, and were stored as they are.</summary>
    [Fact]
    public async Task Defect_of_the_original_predictable_api_keys_in_plain_text()
    {
        var keys = new List<string>();
        for (var i = 0; i < 20; i++)
            keys.Add((await CreateAsync()).Key);

        var stored = (await host.Database.GetCollection<BsonDocument>("api_keys").Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(TestContext.Current.CancellationToken)).ToJson();

        foreach (var key in keys)
        {
            Assert.DoesNotContain(key, stored);
            Assert.DoesNotContain(key[13..], stored);
            Assert.Contains(ApiKeyFormat.HashOf(key), stored);
        }
        // 256 bits each, of which no two keys share even the first five characters (30 bits) but by a chance of 1 in 5 million.
        Assert.Equal(keys.Count, keys.Select(key => key[13..18]).Distinct().Count());
        Assert.All(keys, key => Assert.Equal(43, key[13..].Length));
    }

    private async Task<(string Id, string Key, string Prefix)> CreateAsync(params string[] scopes)
    {
        var answer = await owner.Client.PostAsync("/v1/api-keys", scopes.Length == 0 ? new { name = "shop" } : new { name = "shop", scopes });
        Assert.True(answer.Status == 201, answer.Text);
        return ((string)answer.Body["api_key"]!["id"]!, (string)answer.Body["key"]!, (string)answer.Body["api_key"]!["prefix"]!);
    }

    private async Task<(Answer Answer, string Key)> RotateAsync(string id, int overlapSeconds)
    {
        var answer = await owner.Client.PostAsync($"/v1/api-keys/{id}/rotate", new { overlap_seconds = overlapSeconds });
        return (answer, (string?)answer.Body["key"] ?? "");
    }

    private async Task<(int Status, string? Principal)> MeAsync(string key)
    {
        var answer = await KeyClient(key).ReadAsync("/v1/auth/me");
        return (answer.Status, (string?)answer.Body["principal"]);
    }

    private static async Task<(bool, string?)> ValidateAsync(HttpClient client, string key)
    {
        var answer = await client.PostAsync("/v1/api-keys/validate", new { key });
        return ((bool)answer.Body["valid"]!, (string?)answer.Body["reason"]);
    }

    private HttpClient KeyClient(string key, IdentityHost? at = null)
    {
        var client = (at ?? host).Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-API-Key", key);
        return client;
    }
}
