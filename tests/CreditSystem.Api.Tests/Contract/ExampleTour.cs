using CreditSystem.Api.Tests.Access;
using CreditSystem.Api.Tests.Payments.TopUps;
using CreditSystem.Identity;

namespace CreditSystem.Api.Tests.Contract;

/// <summary>A walk through every route, as its first user would take it, so that the document can show what it answers.</summary>
internal sealed partial class ExampleTour(ProviderHost host, ExampleRecorder recorder)
{
    private const string Tenant = "acme";

    private HttpClient owner = null!;
    private string alice = "", bob = "";

    public async Task WalkAsync()
    {
        await SignInAsync();
        await AdministerAsync();
        await ListenAsync();
        await OpenAsync();
        await MoveAsync();
        await SetAsideAsync();
        await GiveAsync();
        await PayAsync();
        await HearAsync();
        await ProveAsync();
        await FailAsync();
    }

    private async Task SignInAsync()
    {
        var anybody = host.Api.Client();
        var registered = await recorder.DoneAsync(anybody, "POST", "/v1/auth/register", new
        {
            tenant = Tenant,
            email = "olivia@example.org",
            username = "olivia",
            password = IdentityHost.Password,
            create_tenant = true,
            name = "Olivia Owner",
        });
        owner = host.Api.Client((string)registered["tokens"]!["access_token"]!);
        await recorder.SendAsync(anybody, "POST", "/v1/auth/login", new { tenant = Tenant, login = "olivia", password = "a wrong password" });
        var tokens = await recorder.DoneAsync(anybody, "POST", "/v1/auth/login", new { tenant = Tenant, login = "olivia", password = IdentityHost.Password });
        var fresh = await recorder.DoneAsync(anybody, "POST", "/v1/auth/refresh", new { refresh_token = (string)tokens["refresh_token"]! });
        await recorder.DoneAsync(owner, "GET", "/v1/auth/me");
        await recorder.DoneAsync(owner, "POST", "/v1/auth/change-password", new { current_password = IdentityHost.Password, new_password = "five horses and a cart" });
        await recorder.SendAsync(anybody, "POST", "/v1/auth/register", new { tenant = Tenant, email = "eve@example.org", username = "eve", password = "password" });
        var second = await recorder.DoneAsync(anybody, "POST", "/v1/auth/login", new { tenant = Tenant, login = "olivia", password = "five horses and a cart" });
        await recorder.DoneAsync(host.Api.Client((string)second["access_token"]!), "POST", "/v1/auth/logout");
        Assert.NotNull(fresh["access_token"]);
    }

    private async Task AdministerAsync()
    {
        var user = await recorder.DoneAsync(owner, "POST", "/v1/users", new { email = "otto@example.org", username = "otto", password = IdentityHost.Password, role = "operator" });
        var id = (string)user["id"]!;
        await recorder.SendAsync(owner, "POST", "/v1/users", new { email = "otto@example.org", username = "otto", password = IdentityHost.Password });
        await recorder.DoneAsync(owner, "GET", "/v1/users");
        await recorder.DoneAsync(owner, "GET", $"/v1/users/{id}");
        await recorder.DoneAsync(owner, "POST", $"/v1/users/{id}/role", new { role = "service" });
        await recorder.DoneAsync(owner, "POST", $"/v1/users/{id}/disable");
        await recorder.DoneAsync(owner, "POST", $"/v1/users/{id}/enable");
        await recorder.SendAsync(owner, "GET", "/v1/users/usr_nobody");

        var key = await recorder.DoneAsync(owner, "POST", "/v1/api-keys", new { name = "shop server", scopes = new[] { "accounts:read", "transfers:write" } });
        var keyId = (string)key["api_key"]!["id"]!;
        await recorder.DoneAsync(owner, "GET", "/v1/api-keys");
        await recorder.DoneAsync(owner, "GET", $"/v1/api-keys/{keyId}");
        await recorder.DoneAsync(owner, "POST", "/v1/api-keys/validate", new { key = (string)key["key"]! });
        await recorder.DoneAsync(owner, "POST", $"/v1/api-keys/{keyId}/rotate", new { overlap_seconds = 3600 });
        await recorder.DoneAsync(owner, "DELETE", $"/v1/api-keys/{keyId}");
        await recorder.SendAsync(owner, "POST", $"/v1/api-keys/{keyId}/rotate", new { });
        await recorder.SendAsync(owner, "GET", "/v1/api-keys/key_none");
    }

    private async Task OpenAsync()
    {
        alice = (string)(await recorder.DoneAsync(owner, "POST", "/v1/accounts", new { holder = "alice", asset = "credits", credit_limit = "0" }))["id"]!;
        bob = (string)(await recorder.DoneAsync(owner, "POST", "/v1/accounts", new { holder = "bob" }))["id"]!;
        await recorder.SendAsync(owner, "POST", "/v1/accounts", new { holder = "alice" });
        await recorder.SendAsync(owner, "POST", "/v1/accounts", new { holder = "carol", asset = "gold" });
        await recorder.DoneAsync(owner, "GET", $"/v1/accounts/{alice}");
        await recorder.SendAsync(owner, "GET", $"/v1/accounts/{Guid.Empty}");
    }

    private async Task MoveAsync()
    {
        var bought = await recorder.DoneAsync(owner, "POST", "/v1/transfers", new
        {
            from = "issuance",
            to = alice,
            amount = "10000",
            kind = "purchase",
            reference = "order-17",
            metadata = new { order = "17" },
        });
        var id = (string)bought["id"]!;
        await recorder.DoneAsync(owner, "GET", $"/v1/transfers/{id}");
        await recorder.SendAsync(owner, "POST", "/v1/transfers", new { from = alice, to = bob, amount = "20000" });
        await recorder.SendAsync(owner, "POST", "/v1/transfers", new { from = "issuance", to = alice, amount = "1", kind = "purchase", reference = "order-17" });
        await recorder.SendAsync(owner, "POST", "/v1/transfers", new { from = alice, to = bob, amount = "many" });
        await recorder.SendAsync(owner, "POST", "/v1/transfers", new { from = alice, to = alice, amount = "1" });
        await recorder.SendAsync(owner, "POST", "/v1/transfers", new { from = alice, to = Guid.Empty, amount = "1" });
        await recorder.SendAsync(owner, "POST", "/v1/transfers", new { from = alice, to = bob, amount = "1" }, key: "order-18");
        await recorder.SendAsync(owner, "POST", "/v1/transfers", new { from = alice, to = bob, amount = "2" }, key: "order-18");
        await recorder.SendAsync(owner, "GET", $"/v1/transfers/{Guid.Empty}");
        await recorder.DoneAsync(owner, "POST", $"/v1/transfers/{id}/reverse", new { amount = "2500", reference = "return-17" });
        await recorder.SendAsync(owner, "POST", $"/v1/transfers/{id}/reverse", new { amount = "9000" });
        await recorder.DoneAsync(owner, "POST", "/v1/transfers/batch", new
        {
            transfers = new object[] { new { from = alice, to = "revenue", amount = "250" }, new { from = bob, to = "revenue", amount = "125" } },
            atomic = false,
        });
        await recorder.SendAsync(owner, "POST", "/v1/transfers/batch", new
        {
            transfers = new object[] { new { from = alice, to = "revenue", amount = "250" }, new { from = bob, to = "revenue", amount = "125" } },
            atomic = true,
        });
        await recorder.DoneAsync(owner, "POST", "/v1/usage", new
        {
            events = new object[] { new { id = "call-20260131-1", account = alice, amount = "3", metadata = new { model = "small" } }, new { id = "call-20260131-2", account = bob, amount = "300" } },
        });
        foreach (var part in new[] { "balance", "entries", "statement", "statement.csv" })
            await recorder.DoneAsync(owner, "GET", $"/v1/accounts/{alice}/{part}");
    }

    private async Task SetAsideAsync()
    {
        var hold = (string)(await recorder.DoneAsync(owner, "POST", "/v1/holds", new { account = alice, amount = "500", to = "revenue", expires_in_seconds = 3600, reference = "job-4711" }))["id"]!;
        await recorder.DoneAsync(owner, "GET", $"/v1/holds/{hold}");
        await recorder.SendAsync(owner, "POST", $"/v1/holds/{hold}/capture", new { amount = "600" });
        await recorder.DoneAsync(owner, "POST", $"/v1/holds/{hold}/capture", new { amount = "300", final = true });
        await recorder.SendAsync(owner, "POST", $"/v1/holds/{hold}/capture", new { amount = "1" });
        var other = (string)(await recorder.DoneAsync(owner, "POST", "/v1/holds", new { account = alice, amount = "100" }))["id"]!;
        await recorder.DoneAsync(owner, "POST", $"/v1/holds/{other}/void", new { });
        await recorder.SendAsync(owner, "POST", $"/v1/holds/{other}/void", new { });
        await recorder.SendAsync(owner, "POST", "/v1/holds", new { account = alice, amount = "1000000" });
        await recorder.SendAsync(owner, "GET", $"/v1/holds/{Guid.Empty}");
    }

    private async Task GiveAsync()
    {
        var expires = host.Api.Time.GetUtcNow().AddDays(30).ToString("yyyy-MM-dd'T'00:00:00'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var grant = (string)(await recorder.DoneAsync(owner, "POST", "/v1/grants", new { account = alice, amount = "1000", promotional = true, priority = 10, expires_at = expires, reference = "spring-sale" }))["id"]!;
        await recorder.DoneAsync(owner, "GET", $"/v1/accounts/{alice}/grants");
        await recorder.DoneAsync(owner, "GET", $"/v1/grants/{grant}");
        foreach (var list in (string[])["accounts", "transfers", "holds", "grants"])
            await recorder.DoneAsync(owner, "GET", $"/v1/{list}?limit=2");
        await recorder.DoneAsync(
            owner, "PATCH", $"/v1/accounts/{alice}",
            new { reason = "plan of 2026", display_name = "Alice", metadata = new { plan = "pro" }, credit_limit = "5000" });
        await recorder.DoneAsync(owner, "PUT", "/v1/metadata-keys/plan");
        await recorder.DoneAsync(owner, "GET", "/v1/metadata-keys");
        await recorder.DoneAsync(owner, "DELETE", "/v1/metadata-keys/plan");
        await recorder.DoneAsync(owner, "POST", $"/v1/grants/{grant}/void", new { account = alice });
        await recorder.SendAsync(owner, "POST", $"/v1/grants/{grant}/void", new { });
        await recorder.SendAsync(owner, "POST", $"/v1/grants/{Guid.Empty}/void", new { });
        await recorder.SendAsync(owner, "POST", "/v1/grants", new { account = alice, amount = "1", expires_at = "2020-01-01T00:00:00Z" });
    }

    private async Task ProveAsync()
    {
        foreach (var path in new[]
        {
            "/v1/audit/events", "/v1/audit/events/export", "/v1/audit/verify", "/v1/audit/blocks", "/v1/invariants", "/modules/status",
            "/modules/ledger/health",
        })
            await recorder.DoneAsync(owner, "GET", path);
    }

    private async Task FailAsync()
    {
        await recorder.SendAsync(host.Api.Client(), "GET", $"/v1/accounts/{alice}");
        await recorder.SendAsync(host.Api.ClientOf(Role.User, Tenant), "GET", "/v1/audit/verify");
        await recorder.SendAsync(owner, "GET", "/v1/nothing");
        await recorder.SendAsync(owner, "DELETE", "/v1/transfers");
        await recorder.SendAsync(owner, "POST", "/v1/transfers", "from=alice", type: "application/x-www-form-urlencoded");
        await recorder.SendAsync(owner, "POST", "/v1/transfers", new string(' ', 1024 * 1024 + 1));
        await recorder.SendAsync(owner, "GET", $"/v1/accounts/{alice}/entries?cursor=nonsense");
        await recorder.SendAsync(owner, "GET", $"/v1/accounts/{alice}/entries?limit=1000");
    }
}
