using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Access;

public sealed class SessionTests(SharedApi api) : IAsyncLifetime, IClassFixture<SharedApi>
{
    private readonly IdentityHost host = api.Host;
    private Registered owner = null!;
    private Registered alice = null!;

    public async ValueTask InitializeAsync()
    {
        owner = await host.OpenTenantAsync();
        alice = await host.RegisterAsync(owner.Tenant, "alice");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("alice")]
    [InlineData("ALICE@example.org")]
    public async Task Logs_in_by_username_or_address_whatever_the_case(string login)
    {
        var answer = await LoginAsync(login, IdentityHost.Password);

        Assert.Equal((200, 3600, 604_800), (answer.Status, (int)answer.Body["expires_in"]!, (int)answer.Body["refresh_expires_in"]!));
        Assert.Equal(200, (await host.Client((string)answer.Body["access_token"]!).ReadAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task Says_the_same_for_a_wrong_password_and_for_nobody()
    {
        var wrong = await LoginAsync("alice", "four horses and a car");
        var nobody = await LoginAsync("bob", IdentityHost.Password);
        var elsewhere = await host.Client().PostAsync("/v1/auth/login", new { tenant = "elsewhere", login = "alice", password = IdentityHost.Password });

        foreach (var answer in new[] { wrong, nobody, elsewhere })
            Assert.Equal((401, "invalid_credentials"), (answer.Status, answer.Code));
        Assert.Equal((string?)wrong.Body["detail"], (string?)nobody.Body["detail"]);
    }

    [Fact]
    public async Task Gives_new_tokens_for_a_refresh_token_once()
    {
        var first = await RefreshAsync(alice.RefreshToken);
        var second = await RefreshAsync((string)first.Body["refresh_token"]!);

        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.NotEqual((string?)first.Body["refresh_token"], (string?)second.Body["refresh_token"]);
        Assert.Equal(200, (await host.Client((string)second.Body["access_token"]!).ReadAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task Ends_the_whole_session_when_a_used_refresh_token_comes_again()
    {
        var thief = await RefreshAsync(alice.RefreshToken);

        var victim = await RefreshAsync(alice.RefreshToken);

        Assert.Equal((401, "TOKEN_INVALID"), (victim.Status, victim.Code));
        Assert.Equal(401, (await RefreshAsync((string)thief.Body["refresh_token"]!)).Status);
        Assert.Equal(401, (await host.Client((string)thief.Body["access_token"]!).ReadAsync("/v1/auth/me")).Status);
        Assert.Equal(401, (await alice.Client.ReadAsync("/v1/auth/me")).Status);
        Assert.Equal(200, (await LoginAsync("alice", IdentityHost.Password)).Status);
    }

    [Fact]
    public async Task Lets_one_of_two_simultaneous_refreshes_through()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RefreshAsync(alice.RefreshToken)));

        Assert.Equal([200, 401, 401, 401], answers.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task A_guessed_refresh_token_does_not_end_the_session()
    {
        var guess = alice.RefreshToken[..^3] + (alice.RefreshToken.EndsWith("AAA", StringComparison.Ordinal) ? "BBB" : "AAA");

        Assert.Equal(401, (await RefreshAsync(guess)).Status);
        Assert.Equal(401, (await RefreshAsync("csr_")).Status);
        Assert.Equal(401, (await RefreshAsync("nonsense")).Status);
        Assert.Equal(200, (await RefreshAsync(alice.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_refresh_token_expires_after_seven_days()
    {
        host.Time.Advance(TimeSpan.FromDays(7));

        Assert.Equal(401, (await RefreshAsync(alice.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_session_ends_after_thirty_days_however_often_it_is_refreshed()
    {
        var token = alice.RefreshToken;
        var statuses = new List<int>();
        for (var day = 0; day < 36; day += 6)
        {
            host.Time.Advance(TimeSpan.FromDays(6));
            var answer = await RefreshAsync(token);
            statuses.Add(answer.Status);
            token = (string?)answer.Body["refresh_token"] ?? token;
        }

        Assert.Equal([200, 200, 200, 200, 401, 401], statuses);
    }

    [Fact]
    public async Task Logout_ends_access_and_refresh_at_once()
    {
        Assert.Equal(204, (await alice.Client.PostAsync("/v1/auth/logout", new { })).Status);

        var after = await alice.Client.ReadAsync("/v1/auth/me");

        Assert.Equal((401, "TOKEN_INVALID"), (after.Status, after.Code));
        Assert.Equal(401, (await RefreshAsync(alice.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_and_replaces_the_old_one()
    {
        const string next = "seven ducks on a pond";
        var other = await LoginAsync("alice", IdentityHost.Password);

        Assert.Equal(401, (await alice.Client.PostAsync("/v1/auth/change-password", new { current_password = "wrong password", new_password = next })).Status);
        Assert.Equal(400, (await alice.Client.PostAsync("/v1/auth/change-password", new { current_password = IdentityHost.Password, new_password = "12345678" })).Status);
        Assert.Equal(204, (await alice.Client.PostAsync("/v1/auth/change-password", new { current_password = IdentityHost.Password, new_password = next })).Status);

        Assert.Equal(200, (await alice.Client.ReadAsync("/v1/auth/me")).Status);
        Assert.Equal(401, (await host.Client((string)other.Body["access_token"]!).ReadAsync("/v1/auth/me")).Status);
        Assert.Equal(401, (await RefreshAsync((string)other.Body["refresh_token"]!)).Status);
        Assert.Equal(401, (await LoginAsync("alice", IdentityHost.Password)).Status);
        Assert.Equal(200, (await LoginAsync("alice", next)).Status);
    }

    [Fact]
    public async Task A_disabled_user_is_out_at_once_and_back_when_enabled()
    {
        Assert.Equal(200, (await owner.Client.PostAsync($"/v1/users/{alice.Id}/disable", new { })).Status);

        Assert.Equal(401, (await alice.Client.ReadAsync("/v1/auth/me")).Status);
        Assert.Equal(401, (await RefreshAsync(alice.RefreshToken)).Status);
        Assert.Equal((403, "user_disabled"), ((await LoginAsync("alice", IdentityHost.Password)).Status, (await LoginAsync("alice", IdentityHost.Password)).Code));
        Assert.Equal(401, (await LoginAsync("alice", "wrong password")).Status);

        Assert.Equal(200, (await owner.Client.PostAsync($"/v1/users/{alice.Id}/enable", new { })).Status);
        Assert.Equal(200, (await LoginAsync("alice", IdentityHost.Password)).Status);
    }

    private Task<Answer> LoginAsync(string login, string password) =>
        host.Client().PostAsync("/v1/auth/login", new { tenant = owner.Tenant, login, password });

    private Task<Answer> RefreshAsync(string token) => host.Client().PostAsync("/v1/auth/refresh", new { refresh_token = token });
}
