using CreditSystem.Identity.Users;
using CreditSystem.Testing;
using Microsoft.AspNetCore.Identity;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Access.Credentials;

/// <summary>A password is what its reader sees, in whatever form a keyboard writes it (NFKC).</summary>
public sealed class PasswordFormTests(SharedApi api) : IAsyncLifetime, IClassFixture<SharedApi>
{
    private const string Composed = "M\u00f6we \u212b fi 42 Stra\u00dfe";
    private const string Decomposed = "Mo\u0308we A\u030a fi 42 Stra\u00dfe";
    private const string Wide = "\uff2d\u00f6\uff57\uff45 \u00c5 \ufb01 \uff14\uff12 Stra\u00dfe";

    private readonly IdentityHost host = api.Host;
    private Registered owner = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => owner = await host.OpenTenantAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(Composed)]
    [InlineData(Decomposed)]
    [InlineData(Wide)]
    public async Task Whatever_form_it_was_given_in_it_is_known_in_every_form(string given)
    {
        await CreateAsync(given);

        foreach (var password in (string[])[Composed, Decomposed, Wide])
            Assert.Equal(200, await LoginAsync(password));
        foreach (var other in (string[])[Composed.ToLowerInvariant(), Composed + " ", Composed.Replace('\u00f6', 'o')])
            Assert.Equal(401, await LoginAsync(other));
    }

    [Theory]
    [InlineData(Decomposed)]
    [InlineData(Wide)]
    public async Task A_hash_from_before_there_was_one_form_is_good_and_is_replaced(string raw)
    {
        await CreateAsync(Composed);
        var old = new PasswordHasher<User>().HashPassword(null!, raw);
        await SetHashAsync(old);

        // Nobody knows what the old one was made of but who gives it so.
        Assert.Equal(401, await LoginAsync(Composed));
        Assert.Equal(200, await LoginAsync(raw));
        Assert.NotEqual(old, await HashAsync());
        foreach (var password in (string[])[Composed, Decomposed, Wide])
            Assert.Equal(200, await LoginAsync(password));
    }

    [Fact]
    public async Task A_changed_password_is_known_in_every_form_and_the_current_one_is_given_in_any()
    {
        await CreateAsync(Composed);
        var tokens = await host.Client().PostAsync("/v1/auth/login", Login(Composed));
        var user = host.Client((string)tokens.Body["access_token"]!);

        var changed = await user.PostAsync(
            "/v1/auth/change-password", new { current_password = Wide, new_password = "nai\u0308ve \uff11\uff12\uff13 caf\u00e9" });

        Assert.Equal(204, changed.Status);
        Assert.Equal((200, 401), (await LoginAsync("na\u00efve 123 cafe\u0301"), await LoginAsync(Composed)));
    }

    [Fact]
    public async Task A_password_that_everybody_tries_first_is_none_in_wide_letters_either()
    {
        var answer = await owner.Client.PostAsync("/v1/users", Zoe("\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff11\uff12\uff13"));

        Assert.Equal((400, "weak_password"), (answer.Status, answer.Code));
    }

    private static object Zoe(string password) => new { email = "zoe@example.org", username = "zoe", password };

    private object Login(string password) => new { tenant = owner.Tenant, login = "zoe", password };

    private async Task CreateAsync(string password)
    {
        var answer = await owner.Client.PostAsync("/v1/users", Zoe(password));
        Assert.True(answer.Status == 201, answer.Text);
    }

    private async Task<int> LoginAsync(string password) => (await host.Client().PostAsync("/v1/auth/login", Login(password))).Status;

    private IMongoCollection<BsonDocument> Users => host.Database.GetCollection<BsonDocument>("users");

    private async Task<FilterDefinition<BsonDocument>> ZoeAsync()
    {
        var users = await Users.Find(Builders<BsonDocument>.Filter.Eq("tenant", owner.Tenant)).ToListAsync(Cancellation);
        return Builders<BsonDocument>.Filter.Eq("_id", users.Single(user => user["_id"].AsString != owner.Id)["_id"]);
    }

    private async Task SetHashAsync(string hash) =>
        await Users.UpdateOneAsync(
            await ZoeAsync(), Builders<BsonDocument>.Update.Set("password_hash", hash), cancellationToken: Cancellation);

    private async Task<string> HashAsync() => (await Users.Find(await ZoeAsync()).SingleAsync(Cancellation))["password_hash"].AsString;
}
