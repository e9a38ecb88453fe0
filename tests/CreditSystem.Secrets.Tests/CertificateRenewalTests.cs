using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CreditSystem.Secrets.Pki;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults.Certificates;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

/// <summary>Certificates from the development Vault's PKI, by a clock that the test moves.</summary>
public sealed class CertificateRenewalTests : IAsyncLifetime
{
    // Chains are judged by the machine's own clock.
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow().AddMinutes(-5));
    private readonly string _directory = Directory.CreateTempSubdirectory("certificates-").FullName;
    private readonly RecordingLogger _logger = new();
    private DevVault _vault = null!;
    private TestClient _client = null!;
    private CertificateFolder _folder = null!;
    private CertificateRenewal _renewal = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private CertificateSet Current => _folder.Required;

    public async ValueTask InitializeAsync()
    {
        _vault = await DevVault.StartAsync(_time);
        await _vault.DoAsync("POST", "sys/mounts/pki", new { type = "pki", config = new { max_lease_ttl = "87600h" } });
        await _vault.DoAsync("POST", "pki/root/generate/internal", new { common_name = "Authority 1", key_type = "ec", ttl = "1000h" });
        await _vault.DoAsync(
            "POST", "pki/roles/web",
            new { allowed_domains = "example.com", allow_subdomains = true, key_type = "ec", ttl = "60m", max_ttl = "72h" });
        await _vault.DoAsync(
            "PUT", "sys/policies/acl/web",
            new { policy = "path \"pki/issue/web\" { capabilities = [\"update\"] }\npath \"pki/issuers/\" { capabilities = [\"list\"] }" });
        var (roleId, secretId) = await _vault.CreateRoleAsync("r", new { token_policies = "web", token_ttl = "1000h" });
        _client = new TestClient(_vault, _time, new VaultOptions { Address = _vault.Address, RoleId = roleId, SecretId = secretId });
        _folder = new CertificateFolder(_directory, _logger);
        _renewal = Renewal(_folder);
    }

    public async ValueTask DisposeAsync()
    {
        _renewal.Dispose();
        _client.Dispose();
        await _vault.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_first_certificate_is_issued_at_once_and_the_next_at_two_thirds()
    {
        await _renewal.StepAsync(Token);
        var first = Current;
        Assert.Equal("CN=a.example.com", first.Certificate.Subject);
        Assert.True(first.Trust.Trusts(first.Certificate));

        await SkipAsync(TimeSpan.FromMinutes(36));
        Assert.Same(first, Current);
        await SkipAsync(TimeSpan.FromMinutes(9));
        Assert.NotEqual(first.Certificate.SerialNumber, Current.Certificate.SerialNumber);
        Assert.Equal(2, _vault.Count("pki/issue/web"));
    }

    [Fact]
    public async Task An_earlier_runs_certificate_is_used_while_it_is_good()
    {
        await _renewal.StepAsync(Token);
        var folder = new CertificateFolder(_directory, _logger);
        Assert.True(folder.Refresh());
        using var again = Renewal(folder);

        await again.StepAsync(Token);

        Assert.Equal(Current.Fingerprint, folder.Required.Fingerprint);
        Assert.Equal(1, _vault.Count("pki/issue/web"));
    }

    /// <summary>Trust comes from all issuers, not from the chain: certificates of both are good until the old one is taken away.</summary>
    [Fact]
    public async Task Another_authority_is_trusted_before_it_signs_and_the_old_one_until_it_is_gone()
    {
        await _renewal.StepAsync(Token);
        var ofTheOld = Current.Certificate;
        var next = await _vault.DoAsync(
            "POST", "pki/root/rotate/internal", new { common_name = "Authority 2", key_type = "ec", ttl = "1000h" });

        await SkipAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(2, Current.Trust.Count);
        Assert.Equal(ofTheOld.SerialNumber, Current.Certificate.SerialNumber);

        await _vault.DoAsync("POST", "pki/config/issuers", new { @default = (string)next["issuer_id"]! });
        for (var minute = 0; minute < 4; minute++)
            await SkipAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("CN=Authority 2", Current.Certificate.Issuer);
        Assert.True(Current.Trust.Trusts(ofTheOld) && Current.Trust.Trusts(Current.Certificate));

        var old = (await _vault.DoAsync("LIST", "pki/issuers"))["keys"]!.AsArray().Select(key => $"{key}")
            .Single(key => key != (string)next["issuer_id"]!);
        await _vault.DoAsync("DELETE", $"pki/issuer/{old}");
        await SkipAsync(TimeSpan.FromMinutes(2));
        Assert.False(Current.Trust.Trusts(ofTheOld));
        Assert.True(Current.Trust.Trusts(Current.Certificate));
    }

    /// <summary>Others' within a poll; our own is replaced at once, as somebody may have its key.</summary>
    [Fact]
    public async Task What_an_authority_has_revoked_is_trusted_no_more()
    {
        await _renewal.StepAsync(Token);
        var other = X509Certificate2.CreateFromPem(
            $"{(await _vault.DoAsync("POST", "pki/issue/web", new { common_name = "b.example.com" }))["certificate"]}");
        var first = Current.Certificate;
        Assert.True(Current.Trust.Trusts(other));

        await RevokeAsync(other);
        await SkipAsync(TimeSpan.FromMinutes(2));
        Assert.False(Current.Trust.Trusts(other));
        Assert.True(Current.Trust.Trusts(first));
        Assert.Equal(first.SerialNumber, Current.Certificate.SerialNumber);

        await RevokeAsync(first);
        await SkipAsync(TimeSpan.FromMinutes(2));
        Assert.NotEqual(first.SerialNumber, Current.Certificate.SerialNumber);
        Assert.False(Current.Trust.Trusts(first));
        Assert.True(Current.Trust.Trusts(Current.Certificate));
        Assert.Equal(2, Current.Trust.RevokedCount);
    }

    /// <summary>Each authority has a list of its own; the default one's alone would give the others' revoked ones their trust back.</summary>
    [Fact]
    public async Task The_list_of_an_authority_that_signs_no_more_still_counts()
    {
        await _renewal.StepAsync(Token);
        var ofTheOld = Current.Certificate;
        await RevokeAsync(ofTheOld);
        var next = await _vault.DoAsync(
            "POST", "pki/root/rotate/internal", new { common_name = "Authority 2", key_type = "ec", ttl = "1000h" });
        await _vault.DoAsync("POST", "pki/config/issuers", new { @default = (string)next["issuer_id"]! });

        await SkipAsync(TimeSpan.FromMinutes(2));

        Assert.Equal((2, "CN=Authority 2"), (Current.Trust.Count, Current.Certificate.Issuer));
        Assert.False(Current.Trust.Trusts(ofTheOld));
    }

    [Fact]
    public async Task A_refusal_is_tried_again_and_the_certificate_stays_until_it_is_late_enough_to_say_so()
    {
        await _renewal.StepAsync(Token);
        var (first, reasons) = (Current, new ServiceDefaults.HealthReasons());
        _renewal.Reasons = reasons;
        await _vault.DoAsync("DELETE", "pki/roles/web");

        await SkipAsync(TimeSpan.FromMinutes(45));
        Assert.Contains(
            _client.Logger.Lines,
            line =>
                line.StartsWith("Warning 2027 ", StringComparison.Ordinal) && line.Contains("unknown role: web", StringComparison.Ordinal));
        Assert.Empty(reasons.Current);
        await SkipAsync(TimeSpan.FromMinutes(7));
        Assert.Equal("certificates: the certificate ends soon, and Vault has issued no other.", Assert.Single(reasons.Current));
        Assert.Same(first, Current);

        await _vault.DoAsync(
            "POST", "pki/roles/web", new { allowed_domains = "example.com", allow_subdomains = true, key_type = "ec", ttl = "1h" });
        await SkipAsync(TimeSpan.FromMinutes(2));
        Assert.NotSame(first, Current);
        Assert.Empty(reasons.Current);
    }

    [Fact]
    public async Task A_certificate_of_an_authority_that_ends_before_it_is_replaced_by_the_authoritys_time()
    {
        await _vault.DoAsync("DELETE", "pki/root");
        var root = await _vault.DoAsync("POST", "pki/root/generate/internal", new { common_name = "Short", key_type = "ec", ttl = "30m" });
        await _vault.DoAsync(
            "PATCH", $"pki/issuer/{root["issuer_id"]}", new { leaf_not_after_behavior = "permit" }, "application/merge-patch+json");
        await _renewal.StepAsync(Token);
        Assert.True(Current.AuthorityNotAfter < Current.NotAfter);

        await SkipAsync(TimeSpan.FromMinutes(23));

        Assert.Equal(2, _vault.Count("pki/issue/web"));
    }

    /// <summary>A service that was away for long, or was told otherwise meanwhile, asks at once and not when its time has come.</summary>
    [Theory]
    [InlineData("it has ended")]
    [InlineData("its authority is gone")]
    [InlineData("it is for another name")]
    [InlineData("its key does not fit")]
    public async Task What_an_earlier_run_has_left_is_replaced_at_once_where_it_is_no_good(string fault)
    {
        await _renewal.StepAsync(Token);
        var before = Current.Certificate.SerialNumber;
        if (fault == "it has ended")
            _time.Advance(TimeSpan.FromMinutes(61));
        if (fault == "its authority is gone")
        {
            await _vault.DoAsync("DELETE", "pki/root");
            await _vault.DoAsync("POST", "pki/root/generate/internal", new { common_name = "Authority 2", key_type = "ec", ttl = "1000h" });
        }

        if (fault == "its key does not fit")
        {
            using var another = new TestAuthority("another");
            File.Copy(another.Issue("a.example.com").KeyPath, Path.Combine(_directory, CertificateFolder.KeyFile), overwrite: true);
        }

        var folder = new CertificateFolder(_directory, _logger);
        folder.Refresh();
        using var again = Renewal(folder, fault == "it is for another name" ? "b.example.com" : "a.example.com");
        await again.StepAsync(Token);

        Assert.NotEqual(before, folder.Required.Certificate.SerialNumber);
        // The machine's clock, which a chain is judged by, is not an hour ahead.
        Assert.True(fault == "it has ended" || folder.Required.Trust.Trusts(folder.Required.Certificate));
        await again.StepAsync(Token);
        Assert.Equal(2, _vault.Count("pki/issue/web"));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_said_and_tried_again()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "file"), "", Token);
        using var renewal = Renewal(new CertificateFolder(Path.Combine(_directory, "file", "below"), _logger));

        await renewal.StepAsync(Token);

        Assert.Contains(_client.Logger.Lines, line => line.StartsWith("Warning 2027 ", StringComparison.Ordinal));
    }

    private Task<JsonObject> RevokeAsync(X509Certificate2 certificate) =>
        _vault.DoAsync("POST", "pki/revoke", new { certificate = certificate.ExportCertificatePem() });

    private CertificateRenewal Renewal(CertificateFolder folder, string name = "a.example.com") =>
        new(new PkiOptions { Role = "web", CommonName = name }, folder, _client.Graph.Session, _time, _client.Logger);

    private async Task SkipAsync(TimeSpan time)
    {
        _time.Advance(time);
        await _renewal.StepAsync(Token);
    }
}
