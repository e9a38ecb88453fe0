using System.Text.Json.Nodes;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>The rotation while the Kubernetes API fails, once or for good; most of it is waiting.</summary>
public sealed class KubernetesOutageTests(VaultServer vaults)
{
    private const string SecretName = "vault-approle-creds";

    private static readonly string[] Target = ["--kubernetes-secret", SecretName, "--kubernetes-namespace", "credit-system", "--overlap-seconds", "0"];

    // Still patient enough for a first connection on a machine that has other work.
    private static readonly string[] Impatiently = ["--kubernetes-timeout-seconds", "3"];

    [Theory]
    [InlineData("GET", nameof(ApiFault.Unavailable))]
    [InlineData("PATCH", nameof(ApiFault.Unavailable))]
    [InlineData("PATCH", nameof(ApiFault.Broken))]
    [InlineData("PATCH", nameof(ApiFault.AnswerLost))]
    [InlineData("GET", nameof(ApiFault.Timeout))]
    [InlineData("PATCH", nameof(ApiFault.Timeout))]
    [InlineData("PATCH", nameof(ApiFault.HalfAnswered))]
    public async Task Goes_on_after_a_failure_that_passes(string verb, string fault)
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        var failures = 1;
        api.Fault = method => method == verb && failures-- > 0 ? Enum.Parse<ApiFault>(fault) : ApiFault.None;

        var (exitCode, output) = await role.RotateAsync([.. Target, .. Impatiently]);

        Assert.True(exitCode == 0, output);
        Assert.True(await role.LogsInAsync(api.SecretId));
        Assert.NotEqual(role.SecretId, api.SecretId);
        Assert.Equal(2, await role.CountSecretIdsAsync());
    }

    [Theory]
    [InlineData(nameof(ApiFault.AnswerLost))]
    [InlineData(nameof(ApiFault.Timeout))]
    public async Task Does_not_end_a_secret_id_that_may_have_arrived(string fault)
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        var isDown = false;
        api.Fault = method =>
        {
            var happens = isDown ? ApiFault.Broken : method == "PATCH" ? Enum.Parse<ApiFault>(fault) : ApiFault.None;
            isDown |= method == "PATCH";
            return happens;
        };

        var (exitCode, _) = await role.RotateAsync([.. Target, .. Impatiently]);

        Assert.Equal(1, exitCode);
        Assert.NotEqual(role.SecretId, api.SecretId);
        Assert.True(await role.LogsInAsync(api.SecretId));
    }

    /// <summary>Also when the headers are there and the body stops: the client then reads without looking at any token.</summary>
    [Theory]
    [InlineData(nameof(ApiFault.Timeout))]
    [InlineData(nameof(ApiFault.HalfAnswered))]
    public async Task Gives_up_in_bounded_time_when_the_api_server_never_answers(string fault)
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        api.Fault = _ => Enum.Parse<ApiFault>(fault);
        var before = await role.CountSecretIdsAsync();

        var (exitCode, output) = await role.RotateAsync([.. Target, "--kubernetes-timeout-seconds", "1"]).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        Assert.Equal(1, exitCode);
        Assert.Contains("has not answered get within 1 s. Given up after 5 attempts.", output, StringComparison.Ordinal);
        Assert.Equal(before, await role.CountSecretIdsAsync());
    }

    /// <summary>Somebody has edited the notes away, and then the write fails: nothing may have ended that the Secret still holds.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("[null]")]
    [InlineData("[null,{\"accessor\":null}]")]
    [InlineData("no list")]
    public async Task Whatever_becomes_of_its_notes_the_secret_id_that_the_Secret_holds_stays_valid(string? notes)
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        Assert.Equal(0, (await role.RotateAsync(Target)).ExitCode);
        api.Touch(secret => ((JsonObject)secret["metadata"]!["annotations"]!)["credit-system/secret-id-generations"] = notes);
        var held = api.SecretId;
        role.UseTime(new HurriedTime(TimeSpan.FromHours(2)));
        api.Fault = method => method == "PATCH" ? ApiFault.Unavailable : ApiFault.None;

        var (exitCode, output) = await role.RotateAsync(Target);

        Assert.Equal(1, exitCode);
        Assert.Contains("as valid as before", output, StringComparison.Ordinal);
        Assert.True(await role.LogsInAsync(held));

        // And it stays the one before when the write works again.
        api.Fault = _ => ApiFault.None;
        Assert.Equal(0, (await role.RotateAsync(Target)).ExitCode);
        Assert.NotEqual(held, api.SecretId);
        Assert.True(await role.LogsInAsync(held));
        Assert.Equal(0, (await role.RotateAsync(Target)).ExitCode);
        Assert.False(await role.LogsInAsync(held));
    }

    private async Task<RotatedRole> StartAsync(SecretApiServer api)
    {
        var role = await RotatedRole.CreateAsync(vaults);
        role.UseTime(new HurriedTime());
        api.Create(SecretName, role.RoleId, role.SecretId);
        role.Set("KUBECONFIG", await api.WriteKubeconfigAsync(role.FilePath("kubeconfig")));
        return role;
    }
}
