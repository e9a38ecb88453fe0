using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Bench.Processes;
using CreditSystem.ServiceDefaults.Certificates;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.Bench.Rotation;

// What happens to it.
internal sealed partial class RotatedSystem
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private string MongoAddress => $"127.0.0.1:{_mongoPort}";

    /// <summary>Issues another secret_id; of those before it the last one stays good.</summary>
    public async Task RotateSecretIdAsync(CancellationToken cancellationToken)
    {
        var before = await ReadStatusAsync("credentials_generation", cancellationToken);
        await IssueSecretIdAsync(cancellationToken);
        await UntilAsync("the API uses the new secret_id",
            async () => await ReadStatusAsync("credentials_generation", cancellationToken) != before, cancellationToken);
        while (_accessors.Count > 2)
            await _vault.DestroySecretIdAsync(_accessors.Dequeue(), cancellationToken);
    }

    /// <summary>The server first: for a moment nobody has the password that it asks for.</summary>
    public async Task ChangeMongoPasswordAsync(CancellationToken cancellationToken)
    {
        _mongoPassword = Random();
        await AdministerMongoAsync(new BsonDocument { ["updateUser"] = MongoUser, ["pwd"] = _mongoPassword }, cancellationToken);
        await WriteMongoAsync(cancellationToken);
    }

    /// <summary>Both passwords are good until the new one is in use everywhere.</summary>
    public async Task ChangeRedisPasswordAsync(CancellationToken cancellationToken)
    {
        var before = _redisPassword;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(
            $"127.0.0.1:{_redisPort},password={before},allowAdmin=true");
        _redisPassword = Random();
        await redis.GetDatabase().ExecuteAsync("ACL", "SETUSER", "default", $">{_redisPassword}");
        var version = await VersionOfAsync("redis", cancellationToken);
        await WriteRedisAsync(cancellationToken);
        await UntilAsync("the API uses the new Redis password",
            async () => await VersionOfAsync("redis", cancellationToken) > version, cancellationToken);
        await redis.GetDatabase().ExecuteAsync("ACL", "SETUSER", "default", $"<{before}");
    }

    public async Task RotateSigningKeyAsync(CancellationToken cancellationToken)
    {
        var version = await VersionOfAsync("app", cancellationToken);
        await WriteSigningKeyAsync(cancellationToken);
        await UntilAsync("the API has the new signing key",
            async () => await VersionOfAsync("app", cancellationToken) > version, cancellationToken);
        AcceptSigningKey();
    }

    public async Task RevokeTokenAsync(CancellationToken cancellationToken)
    {
        var status = await ReadStatusAsync(cancellationToken);
        await _vault.RevokeAsync((string)status["token"]!["accessor"]!, cancellationToken);
    }

    /// <summary>Waits until the API's certificate has been replaced that often since the start.</summary>
    public Task WaitForRenewalsAsync(int count, CancellationToken cancellationToken) =>
        UntilAsync($"{count} renewals of the certificate",
            async () => await ReadRenewalsAsync(cancellationToken) >= count, cancellationToken, TimeSpan.FromMinutes(3));

    public async Task LengthenCertificatesAsync(CancellationToken cancellationToken)
    {
        await _vault.LetCertificatesLiveAsync("1h", cancellationToken);
        await UntilCertificatesAsync("the API has a certificate of a longer life",
            set => set.NotAfter > Time.GetUtcNow().AddMinutes(30), cancellationToken);
    }

    /// <summary>With overlap: trusted before it signs, and the old one gone when nothing that it has signed is in use.</summary>
    public async Task RotateAuthorityAsync(CancellationToken cancellationToken)
    {
        var next = await _vault.AddAuthorityAsync(cancellationToken);
        ProxyCertificates.WriteAuthorities(await _vault.ReadAuthoritiesAsync(cancellationToken));
        await UntilCertificatesAsync("the API trusts both authorities", set => set.Trust.Count == 2, cancellationToken);
        await _vault.SignWithAsync(next, cancellationToken);
        await IssueProxyCertificateAsync(cancellationToken);
        await UntilCertificatesAsync("the API shows a certificate of the new authority",
            set => set.Certificate.Issuer == "CN=Bench 2", cancellationToken);
        await _vault.KeepAuthorityAsync(next, cancellationToken);
        ProxyCertificates.WriteAuthorities(await _vault.ReadAuthoritiesAsync(cancellationToken));
        await UntilCertificatesAsync("the API trusts the new authority alone", set => set.Trust.Count == 1, cancellationToken);
    }

    public async Task<int> ReadRenewalsAsync(CancellationToken cancellationToken)
    {
        var metrics = await _probe.GetStringAsync(new Uri(ManagementAddress, "/metrics"), cancellationToken);
        return metrics.Split('\n')
            .Where(line => line.StartsWith("credit_system_certificate_replacements_total", StringComparison.Ordinal))
            .Select(line => (int)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).SingleOrDefault();
    }

    public Task SealAsync(CancellationToken cancellationToken) => _vault.PostAsync("sys/seal", [], cancellationToken);

    public async Task UnsealAsync(CancellationToken cancellationToken)
    {
        using var answer = await _probe.PostAsJsonAsync(new Uri(Local(_controlPort), "unseal"), new JsonObject(), cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async Task RestartProxyAsync(CancellationToken cancellationToken)
    {
        _secondsOfEndedProxies += _servers[3].ProcessorTime.TotalSeconds;
        await _servers[3].DisposeAsync();
        await _servers[3].StartAsync(cancellationToken);
    }

    public Task WaitUntilHealthyAsync(CancellationToken cancellationToken) =>
        UntilAsync("the API confirms its secrets with Vault",
            async () => await ReadStatusAsync("status", cancellationToken) == "healthy", cancellationToken);

    private async Task IssueProxyCertificateAsync(CancellationToken cancellationToken)
    {
        var (certificate, key) = await _vault.IssueCertificateAsync(cancellationToken);
        ProxyCertificates.Write(certificate, key, await _vault.ReadAuthoritiesAsync(cancellationToken));
    }

    private async Task IssueSecretIdAsync(CancellationToken cancellationToken)
    {
        var (secretId, accessor) = await _vault.IssueSecretIdAsync(cancellationToken);
        _accessors.Enqueue(accessor);
        await WriteIntoAsync("secret_id", secretId, cancellationToken);
    }

    private async Task WriteIntoAsync(string name, string value, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(CredentialsDirectory, $".{name}.tmp");
        await File.WriteAllTextAsync(temporary, value, cancellationToken);
        File.Move(temporary, Path.Combine(CredentialsDirectory, name), overwrite: true);
    }

    private Task WriteMongoAsync(CancellationToken cancellationToken) => _vault.WriteAsync("mongodb", new JsonObject
    {
        ["connection_string"] = $"mongodb://{MongoUser}:{_mongoPassword}@{MongoAddress}/{Database}?authSource=admin",
        ["database_name"] = Database,
    }, cancellationToken);

    private Task WriteRedisAsync(CancellationToken cancellationToken) => _vault.WriteAsync("redis", new JsonObject
    {
        ["host"] = "127.0.0.1",
        ["port"] = _redisPort,
        ["password"] = _redisPassword,
    }, cancellationToken);

    private async Task WriteSigningKeyAsync(CancellationToken cancellationToken)
    {
        _signingKeys.Add(Random());
        await _vault.WriteAsync("app", new JsonObject
        {
            ["secret_key"] = _signingKeys[^1],
            ["personal_data_key"] = _vaultRoot + _mongoRoot,
        }, cancellationToken);
    }

    private void AcceptSigningKey() =>
        Volatile.Write(ref _tokens, [.. _signingKeys.Select(key => AccessToken.Sign(key, "bench"))]);

    private Task CreateMongoUserAsync(CancellationToken cancellationToken) => AdministerMongoAsync(new BsonDocument
    {
        ["createUser"] = MongoUser,
        ["pwd"] = _mongoPassword,
        ["roles"] = new BsonArray
        {
            new BsonDocument { ["role"] = "readWriteAnyDatabase", ["db"] = "admin" },
            new BsonDocument { ["role"] = "clusterAdmin", ["db"] = "admin" },
        },
    }, cancellationToken);

    private async Task AdministerMongoAsync(BsonDocument command, CancellationToken cancellationToken)
    {
        using var client = new MongoClient($"mongodb://root:{_mongoRoot}@{MongoAddress}/?authSource=admin&authMechanism=SCRAM-SHA-256");
        await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(command, cancellationToken: cancellationToken);
    }

    private async Task<string?> ReadStatusAsync(string name, CancellationToken cancellationToken) =>
        (string?)(await ReadStatusAsync(cancellationToken))[name];

    private async Task<int> VersionOfAsync(string secret, CancellationToken cancellationToken) =>
        (await ReadStatusAsync(cancellationToken))["secrets"]!.AsArray()
            .Where(each => (string)each!["path"]! == $"secret/credit-system/{secret}")
            .Select(each => (int)each!["version"]!).SingleOrDefault();

    private async Task<JsonObject> ReadStatusAsync(CancellationToken cancellationToken)
    {
        using var answer = await _probe.GetAsync(new Uri(ManagementAddress, "/vault/status"), cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
    }

    private Task UntilCertificatesAsync(string what, Func<CertificateSet, bool> condition, CancellationToken cancellationToken) =>
        UntilAsync(what, () => Task.FromResult(Certificates.Refresh() && condition(Certificates.Required)), cancellationToken);

    private async Task UntilAsync(string what, Func<Task<bool>> condition, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var since = Time.GetTimestamp();
        while (!await condition())
        {
            if (Time.GetElapsedTime(since) > (patience ?? Patience))
                throw new TimeoutException($"Not within {Patience.TotalSeconds:0} s: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), Time, cancellationToken);
        }
    }
}
