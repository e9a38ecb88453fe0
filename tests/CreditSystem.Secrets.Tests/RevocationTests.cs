using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CreditSystem.Secrets.Pki;
using CreditSystem.ServiceDefaults.Certificates;
using CreditSystem.Testing;

namespace CreditSystem.Secrets.Tests;

/// <summary>Lists of revoked certificates: what they say, and what holds where they are not to be had.</summary>
public sealed class RevocationTests : IDisposable
{
    private readonly TestAuthority _authority = new("ours");
    private readonly string _directory = Directory.CreateTempSubdirectory("revocation-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_list_names_certificates_of_its_own_authority_alone()
    {
        using var another = new TestAuthority("another");
        var (revoked, good) = (Issue(_authority, "a"), Issue(_authority, "b"));
        var theirs = Issue(another, "a");

        var list = RevocationList.Load(another.Revoke() + _authority.Revoke(revoked.Path));

        Assert.Equal(1, list.Count);
        Assert.True(list.Contains(revoked.Certificate));
        Assert.False(list.Contains(good.Certificate));
        Assert.False(list.Contains(theirs.Certificate));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----")]
    public void What_is_no_list_is_refused_and_not_taken_for_an_empty_one(string text) =>
        Assert.Throws<CryptographicException>(() => RevocationList.Load(text));

    /// <summary>In the middle of a swap, or written by somebody else: what was revoked stays so.</summary>
    [Fact]
    public void A_folder_with_a_broken_list_goes_on_with_the_one_before()
    {
        var revoked = Issue(_authority, "peer");
        var folder = Folder(_authority.Revoke(revoked.Path));
        Assert.True(folder.Required.Trust.HasRevoked(revoked.Certificate));

        File.WriteAllText(Path.Combine(_directory, CertificateFolder.RevokedFile), "half of a li");

        Assert.True(folder.Refresh());
        Assert.True(folder.Required.Trust.HasRevoked(revoked.Certificate));
    }

    /// <summary>Also of a server whose authority the machine itself trusts, and so found nothing wrong.</summary>
    [Theory]
    [InlineData(SslPolicyErrors.None)]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors)]
    public void A_client_refuses_a_server_whose_certificate_is_revoked(SslPolicyErrors errors)
    {
        var (revoked, good) = (Issue(_authority, "server"), Issue(_authority, "other"));
        var folder = Folder(_authority.Revoke(revoked.Path));

        Assert.False(folder.IsTrusted(this, revoked.Certificate, chain: null, errors));
        Assert.True(folder.IsTrusted(this, good.Certificate, chain: null, errors));
    }

    /// <summary>Vault gives one list and refuses the other: half of the truth would be taken for all of it.</summary>
    [Fact]
    public async Task Lists_that_are_not_all_there_are_none()
    {
        var authorities = new Dictionary<string, string?> { ["first"] = _authority.Revoke(), ["second"] = null };

        var read = await new PkiClient(new PkiOptions()).ReadAuthoritiesAsync(new Mount(_authority, authorities), Token);
        Assert.Null(read.Revoked);

        authorities["second"] = _authority.Revoke();
        read = await new PkiClient(new PkiOptions()).ReadAuthoritiesAsync(new Mount(_authority, authorities), Token);
        Assert.Equal(2, read.Revoked!.Split("BEGIN X509 CRL").Length - 1);
    }

    private CertificateFolder Folder(string revoked)
    {
        var (certificate, key) = _authority.Issue("localhost");
        var folder = new CertificateFolder(_directory, new RecordingLogger());
        folder.Write(File.ReadAllText(certificate), File.ReadAllText(key), File.ReadAllText(_authority.CaPath), revoked);
        return folder;
    }

    private static (string Path, X509Certificate2 Certificate) Issue(TestAuthority authority, string name)
    {
        var path = authority.Issue(name).CertificatePath;
        return (path, X509CertificateLoader.LoadCertificateFromFile(path));
    }

    private sealed class Mount(TestAuthority authority, Dictionary<string, string?> lists) : IPkiTransport
    {
        public Task<JsonObject?> ReadAsync(string path, CancellationToken cancellationToken) => Task.FromResult<JsonObject?>(
            new JsonObject { ["data"] = new JsonObject { ["certificate"] = File.ReadAllText(authority.CaPath) } });

        public Task<JsonObject?> FindAsync(string path, CancellationToken cancellationToken) => Task.FromResult(
            lists[path.Split('/')[2]] is { } list ? new JsonObject { ["data"] = new JsonObject { ["crl"] = list } } : null);

        public Task<JsonObject?> ListAsync(string path, CancellationToken cancellationToken) => Task.FromResult<JsonObject?>(
            new JsonObject { ["data"] = new JsonObject { ["keys"] = new JsonArray([.. lists.Keys.Select(key => (JsonNode)key)]) } });

        public Task<JsonObject?> WriteAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
