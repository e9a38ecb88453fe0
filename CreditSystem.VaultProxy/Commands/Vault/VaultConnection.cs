using System.CommandLine;
using System.Security.Cryptography.X509Certificates;

namespace CreditSystem.VaultProxy.Commands.Vault;

/// <summary>The options that every command has for reaching Vault; their defaults are the variables of Vault's own command line.</summary>
internal sealed class VaultConnection
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Option<string> address = new("--address") { Description = "Vault's address; by default VAULT_ADDR" };
    private readonly Option<string> vaultNamespace = new("--namespace") { Description = "Vault's namespace (Enterprise, OpenBao); by default VAULT_NAMESPACE" };
    private readonly Option<string> caCertificate = new("--ca-certificate") { Description = "PEM file of the authority that signed Vault's certificate; by default VAULT_CACERT" };
    private readonly Option<int> wait = new("--wait") { Description = "Seconds to wait for Vault to be unsealed and active", DefaultValueFactory = _ => 30 };

    public void AddTo(Command command)
    {
        command.Options.Add(address);
        command.Options.Add(vaultNamespace);
        command.Options.Add(caCertificate);
        command.Options.Add(wait);
    }

    /// <summary>A client without a token, of a Vault that is ready to work.</summary>
    /// <exception cref="CommandFailure">There is no address, or no Vault that works.</exception>
    public async Task<VaultAdminClient> OpenAsync(ParseResult parsed, CommandHost host, CancellationToken cancellationToken)
    {
        var url = parsed.GetValue(address) ?? host.VariableOrNull("VAULT_ADDR") ?? throw new CommandFailure("Set VAULT_ADDR, or give --address.");
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new CommandFailure($"'{url}' is no address of a Vault.");
        var client = new VaultAdminClient(
            new HttpClient(CreateHandler(uri, parsed.GetValue(caCertificate) ?? host.VariableOrNull("VAULT_CACERT"))) { BaseAddress = uri, Timeout = RequestTimeout },
            parsed.GetValue(vaultNamespace) ?? host.VariableOrNull("VAULT_NAMESPACE"));
        try
        {
            await WaitAsync(client, uri, TimeSpan.FromSeconds(parsed.GetValue(wait)), host.Time, cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static async Task WaitAsync(VaultAdminClient client, Uri address, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var status = (int?)await client.CheckHealthAsync(cancellationToken);
            // A standby forwards what it is asked to write.
            if (status is 200 or 429 or 473)
                return;
            if (time.GetElapsedTime(started) >= patience)
                throw new CommandFailure($"Vault at {address} {Describe(status)}.");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static string Describe(int? status) => status switch
    {
        null => "cannot be reached",
        501 => "is not initialised: run 'vault operator init', and unseal it",
        503 => "is sealed: run 'vault operator unseal' with enough key shares",
        _ => $"is not ready (sys/health answers {status})",
    };

    private static SocketsHttpHandler CreateHandler(Uri address, string? caCertificate)
    {
        // No proxy of the environment can reach this machine's own ports.
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), AllowAutoRedirect = false, UseProxy = !address.IsLoopback };
        if (caCertificate is null)
            return handler;
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            chain.CustomTrustStore.ImportFromPemFile(caCertificate);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            handler.Dispose();
            throw new CommandFailure($"{caCertificate} is no readable PEM file of certificates.", exception);
        }

        handler.SslOptions.CertificateChainPolicy = chain;
        return handler;
    }
}
