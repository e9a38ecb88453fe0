using System.Collections.Concurrent;
using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Vault;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

/// <summary>Standbys, namespaces, and what is told of a call that failed.</summary>
public sealed class VaultTransportTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_carries_the_index_of_the_last_write_so_that_a_standby_is_never_behind_it()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        var carried = new ConcurrentQueue<string>();
        vault.OnRequest = context =>
        {
            if (context.Request.Path.Value!.EndsWith("/login", StringComparison.Ordinal))
                context.Response.Headers["X-Vault-Index"] = "v1:42";
            else
                carried.Enqueue(context.Request.Headers["X-Vault-Index"].ToString());
        };
        using var setup = new SecretsSetup(vault, _time);

        Assert.True(await setup.RefreshAsync());

        Assert.True(carried.Count > 5);
        Assert.All(carried, index => Assert.Equal("v1:42", index));
    }

    /// <summary>A standby that has not caught up, a cluster without a leader, a mount that is still being made.</summary>
    [Theory]
    [InlineData(429)]
    [InlineData(412, "required index state not present")]
    [InlineData(500, "local node not active but active cluster node not found")]
    [InlineData(400, "Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service shortly.")]
    [InlineData(400, "Waiting for the primary to upgrade from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service when the primary is finished.")]
    [InlineData(404, "no handler for route \"secret/metadata/credit-system\". route entry not found.")]
    public async Task An_answer_that_says_not_yet_is_asked_again(int status, params string[] words)
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        var refused = 0;
        vault.Script = request => request.Path.StartsWithSegments("/v1/secret") && Interlocked.Increment(ref refused) <= 2 ? (status, words) : null;
        vault.OnRequest = context => context.Response.Headers.RetryAfter = "0";
        using var setup = new SecretsSetup(vault, _time);

        Assert.True(await setup.RefreshAsync());
        Assert.Equal(SecretsSetup.SigningKey, setup.Configuration["app:secret_key"]);
    }

    /// <summary>It would be repeated against a limit that means it; the vault-proxy's says 832 seconds.</summary>
    [Fact]
    public async Task A_limit_that_gives_a_reason_is_not_asked_again()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        vault.Script = _ => (429, ["request path \"auth/approle/login\": rate limit quota exceeded"]);
        using var setup = new SecretsSetup(vault, _time);

        Assert.False(await setup.RefreshAsync());
        Assert.Equal(1, vault.Logins);
    }

    /// <summary>404 of a node that has not mounted yet looked like a folder without secrets, and all of them were given up.</summary>
    [Fact]
    public async Task A_mount_that_is_not_there_is_no_empty_folder()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time);
        Assert.True(await setup.RefreshAsync());

        vault.OnRequest = context => context.Response.Headers.RetryAfter = "0";
        vault.Script = request => request.Path.StartsWithSegments("/v1/secret") ? (404, ["no handler for route \"secret/\". route entry not found."]) : null;

        Assert.False(await setup.RefreshAsync());
        Assert.Equal(SecretsSetup.SigningKey, setup.Configuration["app:secret_key"]);
    }

    [Fact]
    public async Task The_health_call_goes_without_the_namespace_which_it_does_not_know()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time, configure: options => options.Namespace = "ns1");

        var health = await setup.Graph.Clients.Create(login: null).V1.System.GetHealthStatusAsync(standbyOk: true);

        Assert.Equal(200, health.HttpStatusCode);
    }

    [Theory]
    [InlineData(403, "1 error occurred:\n\t* permission denied\n\n", "LIST secret/metadata/credit-system: Vault answered 403, 1 error occurred: * permission denied.")]
    [InlineData(503, "Vault is sealed", "LIST secret/metadata/credit-system: Vault answered 503, Vault is sealed.")]
    [InlineData(500, "cannot reach mongodb://root:canary@10.0.0.1 with s.canary12345678 or hvs.canary12345678", "LIST secret/metadata/credit-system: Vault answered 500, cannot reach mongodb://***@10.0.0.1 with *** or ***.")]
    public async Task A_failure_names_the_operation_the_path_and_vaults_own_words_without_a_secret(int status, string words, string expected)
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        vault.Script = request => request.Path.StartsWithSegments("/v1/secret") ? (status, [words]) : null;
        using var setup = new SecretsSetup(vault, _time);

        await setup.RefreshAsync();

        Assert.Equal(expected, setup.Graph.Status.Reason);
    }

    [Fact]
    public async Task A_refused_login_names_the_login_and_a_gateway_is_told_from_vault()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time, configure: options => options.SecretId = "secret-canary-unknown");
        await setup.RefreshAsync();
        Assert.Equal("POST auth/approle/login: Vault answered 400, invalid role or secret ID.", setup.Graph.Status.Reason);

        Assert.Contains("a gateway may have said it", (await VaultFailure.OfAsync(
            new VaultCall("GET", "secret/data/x", IsRead: true), new HttpResponseMessage(System.Net.HttpStatusCode.BadGateway) { Content = new StringContent("<html>") }, Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_line_comes_once_a_minute()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time);
        await setup.RefreshAsync();
        vault.Write("credit-system/app", new { secret_key = "canary-short" });

        for (var i = 0; i < 24; i++)
        {
            await setup.RefreshAsync();
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(2, setup.Logger.Lines.Count(line => line.StartsWith("Error 2011 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_end_of_the_service_ends_its_tokens_and_the_users_that_were_issued_to_them()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time, configure: options => options.MongoDB.Mode = DatabaseMode.Dynamic);
        await setup.RefreshAsync();
        await setup.Renewal.StepAsync(Token);
        // One more, which waits for its clients to let go of it.
        setup.BeforeRevocation = (_, token) => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => false, TaskScheduler.Default);
        setup.Renewal.UseNewCredentials();
        await setup.Renewal.StepAsync(Token);
        Assert.Equal(2, vault.LiveTokens.Count);
        Assert.NotEmpty(vault.DatabaseUsers);

        await new TokenRevocation(setup.Renewal).StoppedAsync(Token);

        Assert.Empty(vault.LiveTokens);
        Assert.Empty(vault.DatabaseUsers);
    }

    [Fact]
    public async Task A_version_that_will_be_deleted_is_there_until_then()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        vault.DeleteVersionAfter = TimeSpan.FromDays(30);
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault, _time);

        Assert.True(await setup.RefreshAsync());
        Assert.Equal(SecretsSetup.SigningKey, setup.Configuration["app:secret_key"]);
        Assert.Equal(4, setup.Store.Snapshot!.Secrets.Count);

        _time.Advance(TimeSpan.FromDays(31));
        await setup.RefreshAsync();
        Assert.Empty(setup.Store.Snapshot!.Secrets);
    }
}
