using CreditSystem.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Access;

public sealed class RegistrationTests(SharedApi api) : IClassFixture<SharedApi>
{
    private readonly IdentityHost host = api.Host;
    private readonly string acme = $"acme-{Guid.NewGuid():N}"[..20];
    private readonly string other = $"other-{Guid.NewGuid():N}"[..20];

    [Fact]
    public async Task Makes_whoever_opens_a_tenant_its_owner_and_whoever_joins_it_a_user_with_a_wallet()
    {
        var owner = await host.OpenTenantAsync(acme);
        var user = await host.RegisterAsync(acme, "alice");

        var me = await user.Client.ReadAsync("/v1/auth/me");
        var wallet = await user.Client.ReadAsync($"/v1/accounts/{user.Wallet}/balance");

        Assert.Equal("owner", (string?)(await owner.Client.ReadAsync("/v1/auth/me")).Body["role"]);
        Assert.Equal(("user", "alice@example.org", user.Id), ((string?)me.Body["role"], (string?)me.Body["user"]!["email"], (string?)me.Body["principal"]));
        Assert.Equal((200, "0"), (wallet.Status, (string?)wallet.Body["posted"]));
    }

    [Fact]
    public async Task Opens_no_tenant_unasked_and_none_twice()
    {
        await host.OpenTenantAsync(acme);

        var unknown = await RegisterAsync(tenant: "acne");
        var taken = await RegisterAsync(username: "mallory", email: "mallory@example.org", createTenant: true);

        Assert.Equal((404, "tenant_not_found"), (unknown.Status, unknown.Code));
        Assert.Equal((409, "tenant_taken"), (taken.Status, taken.Code));
    }

    /// <summary>The original encrypted what it searched with random nonces: duplicates passed, and nobody was ever found.</summary>
    [Fact]
    public async Task Defect_of_the_original_random_encryption_of_searched_fields()
    {
        await host.OpenTenantAsync(acme);
        await host.OpenTenantAsync(other);
        await host.RegisterAsync(acme, "alice");
        await host.RegisterAsync(other, "alice");

        var duplicate = await RegisterAsync(email: "alice@example.org", username: "alice-again");
        var found = await host.Client().PostAsync("/v1/auth/login", new { tenant = acme, login = "alice@example.org", password = IdentityHost.Password });
        var stored = await host.Database.GetCollection<BsonDocument>("users").Find(Own).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal((409, "email_taken"), (duplicate.Status, duplicate.Code));
        Assert.Equal(200, found.Status);
        // What is encrypted never looks the same twice, what is found by does within a tenant and in no other.
        Assert.Equal(stored.Count, stored.Select(user => user["email"].AsString).Distinct().Count());
        Assert.Equal(stored.Count, stored.Select(user => user["email_index"].AsString).Distinct().Count());
    }

    [Theory]
    [InlineData("Alice@Example.ORG", "somebody-else", "email_taken")]
    [InlineData("other@example.org", "ALICE", "username_taken")]
    public async Task Refuses_an_address_or_a_username_that_is_taken_whatever_its_case(string email, string username, string code)
    {
        await host.OpenTenantAsync(acme);
        await host.OpenTenantAsync(other);
        await host.RegisterAsync(acme, "alice");

        var taken = await RegisterAsync(email: email, username: username);

        Assert.Equal((409, code), (taken.Status, taken.Code));
        Assert.Equal(201, (await RegisterAsync(tenant: other, email: email, username: username)).Status);
    }

    [Fact]
    public async Task Gives_a_name_to_one_of_many_who_ask_for_it_at_once()
    {
        await host.OpenTenantAsync(acme);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RegisterAsync(email: "alice@example.org", username: "alice")));

        if (answers.All(answer => answer.Status == 409))
            Assert.Fail(string.Join("\n", answers.Select(answer => answer.Text)) + string.Join("\n", await host.Database.GetCollection<BsonDocument>("users").Find(Own).ToListAsync(TestContext.Current.CancellationToken)));
        Assert.Equal([201, 409, 409, 409, 409, 409, 409, 409], answers.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task Stores_nothing_personal_in_the_clear()
    {
        await host.OpenTenantAsync(acme);
        Assert.Equal(201, (await RegisterAsync(email: "zebulon@example.org", username: "zebulon-the-great", name: "Zebulon Zimmermann", phone: "+49 30 123456")).Status);

        var stored = (await host.Database.GetCollection<BsonDocument>("users").Find(Own).ToListAsync(TestContext.Current.CancellationToken)).ToJson();

        // Words of three letters are in a text of base64 by chance.
        foreach (var secret in new[] { "zebulon", "Zimmermann", "123456", IdentityHost.Password })
            Assert.DoesNotContain(secret, stored, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(null, "not an address", "alice", IdentityHost.Password, "invalid_email")]
    [InlineData(null, "a@b", "alice", IdentityHost.Password, "invalid_email")]
    [InlineData("Acme!", "a@example.org", "alice", IdentityHost.Password, "invalid_tenant")]
    [InlineData(null, "a@example.org", "al", IdentityHost.Password, "invalid_username")]
    [InlineData(null, "a@example.org", "alice", "short", "weak_password")]
    [InlineData(null, "a@example.org", "alice", "Password123!", "weak_password")]
    [InlineData(null, "a@example.org", "alice", "alice-in-wonderland", "weak_password")]
    [InlineData(null, "a@example.org", "alice", "abababababab", "weak_password")]
    public async Task Says_what_is_wrong_with_a_registration(string? tenant, string email, string username, string password, string code)
    {
        await host.OpenTenantAsync(acme);

        var answer = await RegisterAsync(tenant, email, username, password);

        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.DoesNotContain(password, answer.Text);
    }

    /// <summary>The users of the test's own tenants.</summary>
    private FilterDefinition<BsonDocument> Own => Builders<BsonDocument>.Filter.In("tenant", [acme, other]);

    private Task<Answer> RegisterAsync(
        string? tenant = null, string email = "a@example.org", string username = "alice", string password = IdentityHost.Password,
        bool createTenant = false, string? name = null, string? phone = null) =>
        host.Client().PostAsync("/v1/auth/register", new
        {
            tenant = tenant ?? acme,
            email,
            username,
            password,
            create_tenant = createTenant,
            name,
            phone,
        });
}
