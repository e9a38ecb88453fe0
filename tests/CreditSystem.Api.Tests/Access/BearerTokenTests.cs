using System.Text;
using CreditSystem.Identity;
using CreditSystem.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CreditSystem.Api.Tests.Access;

public sealed class BearerTokenTests : IAsyncLifetime
{
    private AccessHost host = null!;

    public async ValueTask InitializeAsync() => host = await AccessHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Takes_tenant_principal_and_role_from_the_token()
    {
        var answer = await host.Client(host.Token(Role.User, "shop", "alice")).ReadAsync("/scoped");

        Assert.Equal(200, answer.Status);
        Assert.Equal(("shop", "alice", true), ((string?)answer.Body["tenant"], (string?)answer.Body["principal"], (bool?)answer.Body["own_accounts_only"]));
    }

    [Theory]
    [InlineData("/scoped")]
    [InlineData("/silent")]
    [InlineData("/nowhere")]
    public async Task Asks_for_a_credential_where_a_route_does_not_say_that_it_is_open(string path)
    {
        var answer = await host.Client().ReadAsync(path);

        Assert.Equal((401, "AUTH_REQUIRED"), (answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.Response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Bearer", answer.Response.Headers.WwwAuthenticate.Single().ToString());
        Assert.Equal("open", (await host.Client().ReadAsync("/open")).Text);
    }

    [Fact]
    public async Task Names_the_scope_that_is_missing()
    {
        var token = host.Issuer.Issue("job", "shop", Role.Service, [Scope.TransfersWrite]).Value;

        var answer = await host.Client(token).ReadAsync("/scoped");

        Assert.Equal((403, "missing_scope", "accounts:read"), (answer.Status, answer.Code, (string?)answer.Body["scope"]));
        Assert.Contains("insufficient_scope", answer.Response.Headers.WwwAuthenticate.Single().ToString());
        Assert.Equal(200, (await host.Client(token).ReadAsync("/silent")).Status);
    }

    [Fact]
    public async Task Refuses_a_token_after_its_hour()
    {
        var client = host.Client(host.Token());
        host.Time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(200, (await client.ReadAsync("/scoped")).Status);

        host.Time.Advance(TimeSpan.FromSeconds(31));
        var answer = await client.ReadAsync("/scoped");

        Assert.Equal((401, "TOKEN_INVALID"), (answer.Status, answer.Code));
        Assert.Contains("expired", (string?)answer.Body["detail"]);
    }

    [Fact]
    public async Task Goes_on_accepting_tokens_of_a_replaced_key_until_they_expire()
    {
        var before = host.Client(host.Token());
        Assert.Equal(200, (await before.ReadAsync("/scoped")).Status);

        host.SecretKey = "another-key-another-key-another-key";
        var after = host.Client(host.Token());

        Assert.Equal(200, (await before.ReadAsync("/scoped")).Status);
        Assert.Equal(200, (await after.ReadAsync("/scoped")).Status);
        host.Time.Advance(TimeSpan.FromSeconds(3_631));
        Assert.Equal(401, (await before.ReadAsync("/scoped")).Status);
    }

    [Theory]
    [InlineData(AccessHost.Key, "credit-system", "credit-system", SecurityAlgorithms.HmacSha256, 200)]
    [InlineData("somebody-else's-key-somebody-else's-key", "credit-system", "credit-system", SecurityAlgorithms.HmacSha256, 401)]
    [InlineData(AccessHost.Key, "elsewhere", "credit-system", SecurityAlgorithms.HmacSha256, 401)]
    [InlineData(AccessHost.Key, "credit-system", "elsewhere", SecurityAlgorithms.HmacSha256, 401)]
    [InlineData(AccessHost.Key, "credit-system", "credit-system", SecurityAlgorithms.HmacSha384, 401)]
    [InlineData(AccessHost.Key, "credit-system", "credit-system", null, 401)]
    public async Task Accepts_only_what_its_own_key_signed_for_it(string key, string issuer, string audience, string? algorithm, int status)
    {
        var token = Sign(key, issuer, audience, algorithm, new() { ["sub"] = "alice", ["tenant"] = "shop", ["scope"] = "accounts:read" });

        var answer = await host.Client(token).ReadAsync("/scoped");

        Assert.Equal(status, answer.Status);
        if (status == 401)
            Assert.Equal("TOKEN_INVALID", answer.Code);
    }

    /// <summary>The original put a fingerprint into its tokens and then refused every token that had one.</summary>
    [Fact]
    public async Task Defect_of_the_original_jwt_with_a_fingerprint_claim_always_rejected()
    {
        var token = Sign(AccessHost.Key, "credit-system", "credit-system", SecurityAlgorithms.HmacSha256, new()
        {
            ["sub"] = "alice",
            ["tenant"] = "shop",
            ["scope"] = "accounts:read",
            ["fingerprint"] = "5f1c",
            ["fp"] = new[] { "a", "b" },
        });

        var answer = await host.Client(token).ReadAsync("/scoped");

        Assert.Equal((200, "alice"), (answer.Status, (string?)answer.Body["principal"]));
    }

    [Theory]
    [InlineData("not a token")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    public async Task Refuses_what_is_no_token(string token)
    {
        var answer = await host.Client(token).ReadAsync("/scoped");

        Assert.Equal((401, "TOKEN_INVALID"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Refuses_a_token_without_a_tenant()
    {
        var token = Sign(AccessHost.Key, "credit-system", "credit-system", SecurityAlgorithms.HmacSha256, new() { ["sub"] = "alice", ["scope"] = "accounts:read" });

        Assert.Equal((401, "TOKEN_INVALID"), ((await host.Client(token).ReadAsync("/scoped")).Status, (await host.Client(token).ReadAsync("/scoped")).Code));
    }

    [Fact]
    public async Task Answers_503_while_the_key_has_not_been_delivered()
    {
        var token = host.Token();
        host.SecretKey = null;

        var answer = await host.Client(token).ReadAsync("/scoped");

        Assert.Equal((503, "secret_unavailable"), (answer.Status, answer.Code));
    }

    private string Sign(string key, string issuer, string audience, string? algorithm, Dictionary<string, object> claims) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Claims = claims,
            IssuedAt = host.Time.GetUtcNow().UtcDateTime,
            NotBefore = host.Time.GetUtcNow().UtcDateTime,
            Expires = host.Time.GetUtcNow().UtcDateTime.AddMinutes(5),
            SigningCredentials = algorithm is null ? null : new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key.PadRight(64, '='))[..(algorithm == SecurityAlgorithms.HmacSha256 ? key.Length : 64)]), algorithm),
        });
}
