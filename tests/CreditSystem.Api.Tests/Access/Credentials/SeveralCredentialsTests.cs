using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Access.Credentials;

/// <summary>A request is done in one name: two that differ are refused, the same one twice is one.</summary>
public sealed class SeveralCredentialsTests(SharedApi api) : IAsyncLifetime, IClassFixture<SharedApi>
{
    private readonly IdentityHost host = api.Host;
    private Registered owner = null!;
    private string keyId = null!, key = null!;

    public async ValueTask InitializeAsync()
    {
        owner = await host.OpenTenantAsync();
        (keyId, key) = await CreateKeyAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    public async Task An_access_token_in_both_headers_is_that_token(string scheme) =>
        Assert.Equal((200, owner.Id), await MeAsync([$"{scheme} {owner.AccessToken}"], [owner.AccessToken]));

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    public async Task An_API_key_in_both_headers_is_that_key(string scheme) =>
        Assert.Equal((200, keyId), await MeAsync([$"{scheme} {key}"], [key]));

    [Fact]
    public async Task One_that_is_good_for_nothing_is_refused_for_what_it_looks_like()
    {
        Assert.Equal((401, "TOKEN_INVALID"), await MeAsync(["Bearer x.y.z"], ["x.y.z"]));
        Assert.Equal((401, "API_KEY_INVALID"), await MeAsync([$"Bearer csk_{new string('x', 52)}"], [$"csk_{new string('x', 52)}"]));
    }

    [Fact]
    public async Task Two_that_differ_are_refused_whatever_they_are()
    {
        var (_, second) = await CreateKeyAsync();
        var (bearer, token) = ($"Bearer {owner.AccessToken}", owner.AccessToken);
        (string[] Authorizations, string[] Keys)[] several =
        [
            ([bearer], [key]), ([$"Bearer {key}"], [second]), ([$"Bearer {key}"], [token]), ([bearer], ["nonsense"]),
            (["Basic b2xpdmlhOng="], [key]), ([$"Basic {key}"], [key]), (["Bearer"], [key]),
            ([bearer, bearer], []), ([bearer, $"Bearer {key}"], []), ([], [key, second]), ([], [key, key]), ([bearer], [token, token]),
        ];

        foreach (var (authorizations, keys) in several)
            Assert.Equal((400, "several_credentials"), await MeAsync(authorizations, keys));
    }

    [Fact]
    public async Task Nothing_is_done_for_one_that_is_refused_and_routes_without_a_credential_refuse_too()
    {
        using var client = Client([$"Bearer {owner.AccessToken}"], [key]);

        var opened = await client.PostAsync("/v1/accounts", new { holder = "mallory" });
        var login = await client.PostAsync(
            "/v1/auth/login", new { tenant = owner.Tenant, login = "olivia", password = IdentityHost.Password });

        Assert.All([opened, login], answer => Assert.Equal((400, "several_credentials"), (answer.Status, answer.Code)));
        Assert.Empty((await owner.Client.ReadAsync("/v1/accounts?holder=mallory")).Body["accounts"]!.AsArray());
    }

    private async Task<(string Id, string Key)> CreateKeyAsync()
    {
        var answer = await owner.Client.PostAsync("/v1/api-keys", new { name = "shop" });
        return ((string)answer.Body["api_key"]!["id"]!, (string)answer.Body["key"]!);
    }

    /// <returns>The status, and in whose name it is done, or why not.</returns>
    private async Task<(int, string?)> MeAsync(string[] authorizations, string[] keys)
    {
        using var client = Client(authorizations, keys);
        var answer = await client.ReadAsync("/v1/auth/me");
        return (answer.Status, answer.Status == 200 ? (string?)answer.Body["principal"] : answer.Code);
    }

    private HttpClient Client(string[] authorizations, string[] keys)
    {
        var client = host.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorizations);
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-API-Key", keys);
        return client;
    }
}
