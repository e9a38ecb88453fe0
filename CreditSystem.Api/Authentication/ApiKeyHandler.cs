using System.Text.Encodings.Web;
using CreditSystem.Identity.ApiKeys;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using Microsoft.AspNetCore.Authentication;

namespace CreditSystem.Api.Authentication;

/// <summary>Authenticates by an API key, in <c>X-API-Key</c> or as a bearer token that begins with <c>csk_</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    ApiKeyCache keys, ApiKeyUsageTracker uses, SecurityMetrics metrics)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string HeaderName = "X-API-Key";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var text = Request.Headers.TryGetValue(HeaderName, out var header)
            ? (header.Count == 1 ? header[0] : null)
            : ShownCredentials.TokenOf(Request);
        var hash = ApiKeyFormat.IsWellFormed(text) ? ApiKeyFormat.HashOf(text!) : null;
        var key = hash is null ? null : await keys.FindAsync(hash, Context.RequestAborted);
        var now = TimeProvider.GetUtcNow().UtcDateTime;
        if (key is null || key.RevokedAt is not null)
            return Refuse("The API key is not valid.");
        if (key.Secrets.First(secret => secret.Hash == hash).ExpiresAt <= now)
            return Refuse("The API key has expired.");

        uses.Add(key.Id);
        var principal = Credential.ToPrincipal(
            Scheme.Name,
            new Credential(key.Tenant, key.Principal, key.Role, key.Scopes, key.Id, Kind: CredentialKind.ApiKey,
            Revocation: Revocations.KeyOfApiKey(hash!)));
        return AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties) =>
        await CredentialProblem.WriteAsync(Context, ProblemCodes.ApiKeyInvalid, (await HandleAuthenticateOnceSafeAsync()).Failure?.Message
            ?? "The API key is not valid.");

    private AuthenticateResult Refuse(string why)
    {
        metrics.Count(SecurityEvent.KeyRefused);
        return AuthenticateResult.Fail(why);
    }
}
