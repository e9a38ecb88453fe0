using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using CreditSystem.Secrets.Snapshot;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.Secrets.Vault.AppRole;

namespace CreditSystem.Secrets;

/// <summary>The meter <c>CreditSystem.Secrets</c>.</summary>
public sealed class SecretsMetrics : IDisposable
{
    public const string MeterName = "CreditSystem.Secrets";

    /// <summary>
    /// Spans around what is asked of Vault in the background, so that its calls do not stand alone. No tag ever carries a value.
    /// </summary>
    internal static readonly ActivitySource Tracing = new(MeterName);

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _loginFailures;
    private readonly Counter<long> _renewals;
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _replacements;
    private readonly Counter<long> _tamperings;

    public SecretsMetrics()
    {
        _loginFailures = _meter.CreateCounter<long>("vault.login.failures", description: "Logins that Vault refused or did not answer");
        _renewals = _meter.CreateCounter<long>("vault.token.renewals", description: "Renewals of the token, by outcome");
        _refreshes = _meter.CreateCounter<long>("vault.secrets.refreshes", description: "Comparisons with Vault, by outcome");
        _replacements = _meter.CreateCounter<long>(
            "vault.token.replacements", description: "Logins beside a token that was still in use, or after one was lost");
        _tamperings = _meter.CreateCounter<long>(
            "vault.wrapping.tamperings", description: "Wrapped secret_ids that somebody else had opened or made");
    }

    /// <summary>Lets every counter that is worth an alert start at zero.</summary>
    public void Begin()
    {
        _loginFailures.Add(0, new KeyValuePair<string, object?>("status", 400));
        _renewals.Add(0, new KeyValuePair<string, object?>("outcome", "renewed"));
        _refreshes.Add(0, new KeyValuePair<string, object?>("outcome", "accepted"));
        _replacements.Add(0);
        _tamperings.Add(0);
    }

    public void LoginFailed(HttpStatusCode? statusCode) =>
        _loginFailures.Add(1, new KeyValuePair<string, object?>("status", (int?)statusCode ?? 0));

    public void Renewed(string outcome) => _renewals.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Replaced() => _replacements.Add(1);

    public void WrappingTampered() => _tamperings.Add(1);

    public void Refreshed(string outcome) => _refreshes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Lets the age and version of each secret, and the time that the token has left, be observed.</summary>
    public void Observe(SecretStore store, VaultSession session, AppRoleCredentialsSource credentials, TimeProvider time)
    {
        _meter.CreateObservableGauge(
            "vault.secret_id.age",
            () => credentials.WrittenAt is { } at
                ? [new Measurement<double>(Seconds(time.GetUtcNow() - at))]
                : Array.Empty<Measurement<double>>(), "s", "Time since the rotation wrote the secret_id");
        _meter.CreateObservableGauge(
            "vault.token.ttl", () => session.Current is { } token ? Seconds(token.ExpiresAt - time.GetUtcNow()) : 0, "s",
            "Time until the token expires");
        _meter.CreateObservableGauge(
            "vault.secret.version", () => Each(store, secret => secret.Version), description: "Version in use, by path");
        _meter.CreateObservableGauge(
            "vault.secret.age", () => Each(store, secret => Seconds(time.GetUtcNow() - secret.CreatedAt)), "s",
            "Age of the version in use, by path");
        _meter.CreateObservableGauge(
            "vault.snapshot.age", () => store.Snapshot is { } snapshot ? Seconds(time.GetUtcNow() - snapshot.ReadAt) : 0, "s",
            "Time since the secrets were last confirmed by Vault");
    }

    public void Dispose() => _meter.Dispose();

    private static double Seconds(TimeSpan time) => Math.Max(0, time.TotalSeconds);

    private static IEnumerable<Measurement<double>> Each(SecretStore store, Func<VaultSecret, double> value) =>
        store.Snapshot is { } snapshot
            ? snapshot.Secrets.Select(
                secret => new Measurement<double>(value(secret), new KeyValuePair<string, object?>("path", secret.Path)))
            : [];
}
