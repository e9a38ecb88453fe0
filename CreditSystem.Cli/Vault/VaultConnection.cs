using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.ServiceDefaults.Certificates;

namespace CreditSystem.Cli.Vault;

/// <summary>The options that every command has for reaching Vault; their defaults are the variables of Vault's own command line.</summary>
internal sealed class VaultConnection
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Option<string> address = CliOption.Text("--address", "Vault's address; by default VAULT_ADDR");
    private readonly Option<string> vaultNamespace = CliOption.Text("--namespace",
        "Vault's namespace (Enterprise, OpenBao); by default VAULT_NAMESPACE");
    private readonly Option<string> caCertificate = CliOption.Text("--ca-certificate",
        "PEM file of the authorities that may sign Vault's certificate; by default VAULT_CACERT");
    private readonly Option<string> clientCertificate = CliOption.Text("--client-certificate",
        "PEM file of the certificate by which the command shows who it is; by default VAULT_CLIENT_CERT");
    private readonly Option<string> clientKey = CliOption.Text("--client-key",
        "PEM file of that certificate's key; by default VAULT_CLIENT_KEY");
    private readonly Option<string> serverName = CliOption.Text("--tls-server-name",
        "The name in Vault's certificate, where it is not the address's; by default VAULT_TLS_SERVER_NAME");
    private readonly Option<int> wait = CliOption.Number("--wait", "Seconds to wait for Vault to be unsealed and active", least: 0,
        most: 86_400, byDefault: 30);

    public void AddTo(Command command) =>
        command.AddAll(address, vaultNamespace, caCertificate, clientCertificate, clientKey, serverName, wait);

    /// <summary>A client without a token, of a Vault that is ready to work.</summary>
    /// <param name="parsed">With the options.</param>
    /// <param name="host">With the variables.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="mayBeNew">Whether one will do that is not initialised, or sealed.</param>
    /// <exception cref="CommandException">There is no address, or no Vault that works.</exception>
    public async Task<VaultAdminClient> OpenAsync(
        ParseResult parsed, CommandHost host, CancellationToken cancellationToken, bool mayBeNew = false)
    {
        var uri = ReadAddress(parsed, host);
        var client = new VaultAdminClient(
            new HttpClient(CreateHandler(uri, parsed, host)) { BaseAddress = uri, Timeout = RequestTimeout }, host.ValueOf(parsed,
                vaultNamespace, "VAULT_NAMESPACE")?.Trim('/'), host.Time);
        try
        {
            await WaitAsync(client, uri, TimeSpan.FromSeconds(parsed.GetValue(wait)), mayBeNew, host.Time, cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private Uri ReadAddress(ParseResult parsed, CommandHost host)
    {
        var text = host.ValueOf(parsed, address, "VAULT_ADDR") ?? throw new CommandException("Set VAULT_ADDR, or give --address.");
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri)
            && uri is { Scheme: "http" or "https", Host.Length: > 0 }
            ? uri
            : throw new CommandUsageException($"'{text}' is no address of a Vault: http://<host>:<port> or https://<host>:<port>.");
    }

    /// <summary>Waits for one that has just been unsealed until it works.</summary>
    public Task WaitUntilReadyAsync(VaultAdminClient client, ParseResult parsed, CommandHost host, CancellationToken cancellationToken) =>
        WaitAsync(client, ReadAddress(parsed, host), TimeSpan.FromSeconds(parsed.GetValue(wait)), mayBeNew: false, host.Time,
            cancellationToken);

    private static async Task WaitAsync(VaultAdminClient client, Uri address, TimeSpan timeout, bool mayBeNew, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var (complaint, isLasting) = await FindComplaintAsync(client, address, mayBeNew, cancellationToken);
            if (complaint is null)
                return;
            if (isLasting || time.GetElapsedTime(started) >= timeout)
                throw new CommandException($"Vault at {address} {complaint}.");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <returns>Why it cannot work, or null; and whether waiting does not help.</returns>
    private static async Task<(string? Complaint, bool IsLasting)> FindComplaintAsync(VaultAdminClient client, Uri address,
        bool mayBeNew, CancellationToken cancellationToken)
    {
        try
        {
            var status = (int)await client.CheckHealthAsync(cancellationToken);
            // A standby forwards what it is asked to write.
            return status is 200 or 429 or 473 || (mayBeNew && status is (501 or 503)) ? (null, false) : (Describe(status, address), false);
        }
        catch (Exception exception) when (TransportFault.Covers(exception, cancellationToken))
        {
            return (TransportFault.Describe(exception, address), TransportFault.IsLasting(exception, address));
        }
    }

    private static string Describe(int status, Uri address) => status switch
    {
        501 => "is not initialised: run 'vault init' of this command line or 'vault operator init', and unseal it",
        503 => "is sealed: run 'vault unseal' of this command line or 'vault operator unseal' with enough key shares",
        400 when address.Scheme == Uri.UriSchemeHttp => "is not ready (sys/health answers 400): does it speak TLS there (https://)?",
        _ => $"is not ready (sys/health answers {status})",
    };

    private SocketsHttpHandler CreateHandler(Uri address, ParseResult parsed, CommandHost host)
    {
        // No proxy of the environment can reach this machine's own ports.
        var handler =
            new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), AllowAutoRedirect = false, UseProxy = !address.IsLoopback };
        try
        {
            if (host.ValueOf(parsed, serverName, "VAULT_TLS_SERVER_NAME") is { } name)
                handler.SslOptions.TargetHost = name;
            if (host.ValueOf(parsed, caCertificate, "VAULT_CACERT") is { } authorities)
                handler.SslOptions.CertificateChainPolicy = ReadAuthorities(authorities);
            handler.SslOptions.ClientCertificateContext = ReadClientCertificate(
                host.ValueOf(parsed, clientCertificate, "VAULT_CLIENT_CERT"), host.ValueOf(parsed, clientKey, "VAULT_CLIENT_KEY"));
            return handler;
        }
        catch
        {
            handler.Dispose();
            throw;
        }
    }

    private static X509ChainPolicy ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandUsageException($"TLS: {file} is no readable PEM file of certificates: {exception.Message}", exception);
        }

        return authorities.Count > 0
            ? TrustBundle.PolicyOf(authorities)
            : throw new CommandUsageException($"TLS: {file} holds no certificate: Vault's could be signed by nobody.");
    }

    private static SslStreamCertificateContext? ReadClientCertificate(string? certificate, string? key)
    {
        if (certificate is null && key is null)
            return null;
        if (certificate is null || key is null)
            throw new CommandUsageException(
                "TLS: a client certificate needs its key, and a key its certificate (--client-certificate and --client-key).");
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), chain, offline: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandUsageException($"TLS: {certificate} and {key} are no certificate with its key: {exception.Message}",
                exception);
        }
    }
}
