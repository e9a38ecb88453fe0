using System.Text.Json.Nodes;
using CreditSystem.Identity;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Access;

public sealed class SecurityAuditTests(SharedApi api) : IAsyncLifetime, IClassFixture<SharedApi>
{
    private readonly IdentityHost host = api.Host;
    private Registered owner = null!;

    public async ValueTask InitializeAsync() => owner = await host.OpenTenantAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Says_who_did_what_when_from_where_and_with_which_credential()
    {
        var client = host.Client(owner.AccessToken, address: "198.51.100.20");
        client.DefaultRequestHeaders.UserAgent.ParseAdd("shop/1.0");
        var created = await client.PostAsync("/v1/api-keys", new { name = "till" });
        var keyId = (string)created.Body["api_key"]!["id"]!;
        var byKey = host.Client((string)created.Body["key"]!, address: "198.51.100.21");
        var account = await byKey.OpenAsync("holder");

        var keys = await EventsAsync("?action=CreateApiKey");
        var accounts = await EventsAsync("?action=OpenAccount");

        var made = Assert.Single(keys);
        Assert.Equal(
            (owner.Id, "owner", "token", keyId, 201, "198.51.100.20", "shop/1.0"),
            ((string?)made["principal"], (string?)made["role"], (string?)made["credential_kind"], (string?)made["target"], (int)made["status"]!, (string?)made["address"], (string?)made["user_agent"]));
        Assert.Equal(host.Time.GetUtcNow().ToUnixTimeMilliseconds(), ((DateTimeOffset)made["at"]!).ToUnixTimeMilliseconds());
        var opened = Assert.Single(accounts);
        Assert.Equal((keyId, "api_key", keyId, account, "198.51.100.21"), ((string?)opened["principal"], (string?)opened["credential_kind"], (string?)opened["credential"], (string?)opened["target"], (string?)opened["address"]));
    }

    [Fact]
    public async Task Has_failed_logins_and_refused_scopes_and_nothing_secret()
    {
        const string wrong = "wrong-but-secret-password";
        await host.Client(address: "203.0.113.5").PostAsync("/v1/auth/login", new { tenant = owner.Tenant, login = "olivia", password = wrong });
        await host.Client(address: "203.0.113.5").PostAsync("/v1/auth/login", new { tenant = owner.Tenant, login = "nobody-at-all", password = wrong });
        await host.Client(address: "203.0.113.5").PostAsync("/v1/auth/login", new { tenant = "no-such-tenant", login = "olivia", password = wrong });
        var alice = await host.RegisterAsync(owner.Tenant, "alice");
        await alice.Client.ReadAsync("/v1/users");

        var logins = await EventsAsync("?action=Login&outcome=refused");
        var all = await owner.Client.ReadAsync("/v1/audit/events?limit=200");

        // Newest first.
        Assert.Equal([(null, 401), (owner.Id, 401)], logins.Select(login => ((string?)login["principal"], (int)login["status"]!)));
        Assert.Contains(all.Body["events"]!.AsArray(), e => (string?)e!["action"] == "ListUsers" && (int)e["status"]! == 403 && (string?)e["principal"] == alice.Id);
        foreach (var secret in new[] { wrong, IdentityHost.Password, owner.AccessToken, owner.RefreshToken, alice.RefreshToken, "olivia@example.org" })
            Assert.DoesNotContain(secret, all.Text);
    }

    [Fact]
    public async Task Shows_a_tenant_its_own_events_page_by_page_newest_first()
    {
        var stranger = await host.OpenTenantAsync();
        for (var i = 0; i < 7; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await owner.Client.PostAsync("/v1/accounts", new { holder = $"holder-{i}" });
            if (i % 3 == 0)
                await host.Services.GetRequiredService<SecurityAuditTrail>().FlushAsync(TestContext.Current.CancellationToken);
        }

        var targets = new List<string>();
        string? cursor = null;
        do
        {
            var page = await owner.Client.ReadAsync($"/v1/audit/events?action=OpenAccount&limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
            targets.AddRange(page.Body["events"]!.AsArray().Select(e => (string)e!["at"]!));
            cursor = (string?)page.Body["next_cursor"];
        }
        while (cursor is not null);

        Assert.Equal(7, targets.Count);
        Assert.Equal(targets.OrderDescending(StringComparer.Ordinal), targets);
        Assert.DoesNotContain(owner.Id, (await stranger.Client.ReadAsync("/v1/audit/events")).Text);
        Assert.Equal((400, "invalid_cursor"), await owner.Client.ReadAsync("/v1/audit/events?cursor=nonsense") is var answer ? (answer.Status, answer.Code) : default);
    }

    [Fact]
    public async Task Searches_by_time_and_principal()
    {
        var alice = await host.RegisterAsync(owner.Tenant, "alice");
        host.Time.Advance(TimeSpan.FromMinutes(10));
        var between = host.Time.GetUtcNow();
        host.Time.Advance(TimeSpan.FromMinutes(10));
        await host.ClientOf(Role.Owner, owner.Tenant, "olaf").PostAsync("/v1/accounts", new { holder = "late" });

        var text = between.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(["OpenAccount"], (await EventsAsync($"?from={text}")).Select(e => (string?)e["action"]));
        Assert.Equal(["Register", "Register"], (await EventsAsync($"?to={text}")).Select(e => (string?)e["action"]));
        Assert.Equal([alice.Id], (await EventsAsync($"?principal={alice.Id}")).Select(e => (string?)e["target"]));
    }

    [Fact]
    public async Task Exports_every_event_oldest_first_one_object_per_line()
    {
        for (var i = 0; i < 30; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await owner.Client.PostAsync("/v1/accounts", new { holder = $"holder-{i}" });
            await host.Services.GetRequiredService<SecurityAuditTrail>().FlushAsync(TestContext.Current.CancellationToken);
        }

        var export = await owner.Client.ReadAsync("/v1/audit/events/export?action=OpenAccount");

        Assert.Equal((200, "application/x-ndjson"), (export.Status, export.Response.Content.Headers.ContentType?.MediaType));
        var times = export.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (DateTimeOffset)JsonNode.Parse(line)!["at"]!).ToList();
        Assert.Equal(30, times.Count);
        Assert.Equal(times.Order(), times);
        Assert.Equal((400, "invalid_from"), await owner.Client.ReadAsync("/v1/audit/events/export?from=yesterday") is var answer ? (answer.Status, answer.Code) : default);
    }

    [Fact]
    public void Can_neither_change_nor_remove_an_event()
    {
        var methods = typeof(SecurityAuditStore).GetMethods(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.DeclaredOnly);
        var source = File.ReadAllText(Repository.PathOf("CreditSystem.Identity", "SecurityAudit", "SecurityAuditStore.cs"));

        Assert.Equal(["FindAsync", "InsertAsync"], methods.Select(method => method.Name).Order(StringComparer.Ordinal));
        Assert.DoesNotMatch("(Update|Replace|Delete|Drop|FindOneAnd)[A-Za-z]*(One|Many|Async|Collection)", source);
    }

    [Fact]
    public async Task Counts_security_events_without_saying_whose()
    {
        using var counted = new SecurityEventRecorder(host.Services);
        await host.Client().PostAsync("/v1/auth/login", new { tenant = owner.Tenant, login = "olivia", password = "wrong password" });
        await host.Client().ReadAsync("/v1/auth/me");
        await host.Client("nonsense").ReadAsync("/v1/auth/me");
        await host.Client("csk_nonsense").ReadAsync("/v1/auth/me");
        await host.ClientOf(Role.User, owner.Tenant).ReadAsync("/v1/users");
        var id = (string)(await owner.Client.PostAsync("/v1/api-keys", new { name = "till" })).Body["api_key"]!["id"]!;
        await owner.Client.PostAsync($"/v1/api-keys/{id}/rotate", new { });
        await owner.Client.DeleteAsync($"/v1/api-keys/{id}", TestContext.Current.CancellationToken);

        Assert.Equal(
            ["login_failed", "credential_missing", "token_refused", "key_refused", "scope_refused", "key_created", "key_rotated", "key_revoked"],
            counted.Events.Select(e => e.Name));
        Assert.All(counted.Events, e => Assert.Equal("event", e.Labels));
    }

    private async Task<List<JsonNode>> EventsAsync(string query) => [.. (await owner.Client.ReadAsync("/v1/audit/events" + query)).Body["events"]!.AsArray().Select(e => e!)];
}
