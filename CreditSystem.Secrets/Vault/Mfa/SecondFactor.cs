using System.Net;
using System.Text.Json.Nodes;
using CreditSystem.Secrets.Vault.AppRole;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Vault.Mfa;

/// <summary>
/// Satisfies login MFA with passcodes. Each is good for one login of the role, also of another replica's, and too many wrong ones
/// hold off the right one: so none is sent twice, and after a refusal the next waits for a period to come, each replica's another.
/// The request of the login stays good meanwhile, so that no further use of the secret_id is spent.
/// </summary>
internal sealed partial class SecondFactor(VaultOptions options, SecretsMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int LongestBackoff = 6;

    private readonly Dictionary<string, long> _sent = [];
    private Pending? _pending;
    private DateTimeOffset _notBefore;
    private int _refusals;

    /// <summary>What a login of these credentials has left open, and can still be answered.</summary>
    public MfaRequirement? PendingOf(AppRoleCredentials credentials) =>
        _pending is { } pending && pending.Fingerprint == credentials.Fingerprint && time.GetUtcNow() < pending.EndsAt
            ? pending.Requirement
            : null;

    /// <returns>The <c>auth</c> of the login.</returns>
    /// <exception cref="VaultUnavailableException">Not yet; a later attempt goes on where this one ended.</exception>
    public async Task<JsonNode> SatisfyAsync(
        VaultChannel channel, AppRoleCredentials credentials, MfaRequirement requirement, CancellationToken cancellationToken)
    {
        if (_pending?.Requirement != requirement)
            _pending = new Pending(credentials.Fingerprint, requirement, time.GetUtcNow() + MfaRequirement.Life);
        var answer = requirement.Answer(await TotpSeeds.ReadAsync(options.TotpFile, cancellationToken), time.GetUtcNow());
        RequireFresh(answer);
        try
        {
            foreach (var (seed, step) in answer.Steps)
                _sent[Name(seed)] = step;
            var auth = (await channel.WriteAsync("sys/mfa/validate", answer.Body, cancellationToken))?["auth"];
            (_pending, _refusals) = (null, 0);
            return auth ?? throw new VaultUnavailableException("sys/mfa/validate has given no token.");
        }
        catch (VaultUnavailableException refusal) when (refusal.StatusCode is HttpStatusCode.Forbidden)
        {
            Refused(refusal, answer);
            throw;
        }
        catch (VaultUnavailableException refusal) when (refusal.StatusCode is HttpStatusCode.BadRequest)
        {
            // Used, five minutes old, or of a server that has restarted: the next attempt is a login again. Of the secret_id it says
            // nothing.
            _pending = null;
            throw new VaultUnavailableException(refusal.Message, HttpStatusCode.Forbidden);
        }
    }

    private void RequireFresh(MfaAnswer answer)
    {
        var now = time.GetUtcNow();
        var next = answer.Steps.Where(pair => _sent.GetValueOrDefault(Name(pair.Key), -1) >= pair.Value)
            .Select(pair => DateTimeOffset.FromUnixTimeSeconds((pair.Value + 1) * (long)pair.Key.Period.TotalSeconds))
            .Append(_notBefore).Max();
        if (next > now)
            throw new VaultUnavailableException(
                $"The login waits {Math.Ceiling((next - now).TotalSeconds):0} s for a passcode that has not been used.",
                HttpStatusCode.Forbidden);
    }

    /// <summary>Wrong, used by another replica, or one of too many: Vault tells the first two not apart.</summary>
    private void Refused(VaultUnavailableException refusal, MfaAnswer answer)
    {
        metrics.LoginFailed(refusal.StatusCode);
        var period = answer.Steps.Keys.Select(seed => seed.Period).Append(TimeSpan.FromSeconds(1)).Max();
        var now = time.GetUtcNow();
        var seconds = (long)period.TotalSeconds;
        var next = DateTimeOffset.FromUnixTimeSeconds((now.ToUnixTimeSeconds() / seconds + 1) * seconds);
        // A whole period ends the count of too many; the replicas spread over more and more of them.
        _refusals = Math.Min(_refusals + 1, LongestBackoff);
        _notBefore = (refusal.Says("validation attempts") ? next + period : next) + Backoff.Spread(period * (_refusals - 1) / 2, share: 1);
        if (_refusals == 1)
            SecondFactorLog.Refused(logger, refusal.Message);
    }

    private static string Name(TotpSeed seed) => seed.Label ?? "";

    private sealed record Pending(string Fingerprint, MfaRequirement Requirement, DateTimeOffset EndsAt);

    private static partial class SecondFactorLog
    {
        [LoggerMessage(2025, LogLevel.Warning,
            "The second factor was refused: wrong, or used in this period by another replica; the next passcode is tried. {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
