using CreditSystem.Identity.Tokens;
using CreditSystem.Identity.Users;

namespace CreditSystem.Identity.Sessions;

/// <summary>Begins sessions, carries them on and ends them.</summary>
public sealed class SessionIssuer(
    SessionStore sessions, UserStore users, Revocations revocations, AccessTokenIssuer tokens, TimeProvider time)
{
    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(7);

    /// <summary>However often it is refreshed, a session ends after this.</summary>
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromDays(30);

    /// <returns>Null when the user was disabled in the meantime.</returns>
    public async Task<IssuedTokens?> BeginAsync(User user, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var (text, refresh) = RefreshToken.Create(id);
        await sessions.InsertAsync(new Session
        {
            Id = refresh.Session,
            Tenant = user.Tenant,
            User = user.Id,
            Current = refresh.Hash,
            CreatedAt = now.UtcDateTime,
            ExpiresAt = (now + RefreshLifetime).UtcDateTime,
        }, cancellationToken);

        // Disabling the user revokes the sessions that exist: this one may have come just after.
        if (await users.FindAsync(user.Tenant, user.Id, cancellationToken) is { Disabled: false } current)
            return Issue(current, refresh.Session, text);
        await EndAsync(refresh.Session, cancellationToken);
        return null;
    }

    /// <summary>Gives new tokens for a refresh token. One that was used before ends the session: there are two holders.</summary>
    public async Task<RefreshOutcome> RefreshAsync(RefreshToken shown, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var session = await sessions.FindAsync(shown.Session, cancellationToken);
        if (session is null || session.Revoked || session.ExpiresAt <= now.UtcDateTime)
            return new RefreshOutcome(session, null);
        if (await users.FindAsync(session.Tenant, session.User, cancellationToken) is not { Disabled: false } user)
            return new RefreshOutcome(session, null);

        var (text, next) = RefreshToken.Create(Guid.ParseExact(session.Id, "N"));
        var end = Min((now + RefreshLifetime).UtcDateTime, session.CreatedAt + SessionLifetime);
        if (await sessions.TryRotateAsync(session.Id, shown.Hash, next.Hash, end, cancellationToken))
            return new RefreshOutcome(session, Issue(user, session.Id, text));

        // Read again: of two at once, the one that lost shows what the other one has just used.
        session = await sessions.FindAsync(shown.Session, cancellationToken);
        if (session?.Used.Any(used => used.AsSpan().SequenceEqual(shown.Hash)) != true)
            return new RefreshOutcome(session, null);
        await EndAsync(session.Id, cancellationToken);
        return new RefreshOutcome(session, null, Reused: true);
    }

    public async Task EndAsync(string session, CancellationToken cancellationToken)
    {
        await sessions.RevokeAsync(session, cancellationToken);
        await revocations.AddAsync(session, cancellationToken);
    }

    public async Task EndAllAsync(string tenant, string user, string? except, CancellationToken cancellationToken)
    {
        foreach (var session in await sessions.RevokeAllAsync(tenant, user, except, cancellationToken))
            await revocations.AddAsync(session, cancellationToken);
    }

    private IssuedTokens Issue(User user, string session, string refreshToken) =>
        new(
            tokens.Issue(user.Id, user.Tenant, user.Role, Role.ScopesOf(user.Role), session), refreshToken,
            (int)RefreshLifetime.TotalSeconds);

    private static DateTime Min(DateTime a, DateTime b) => a < b ? a : b;
}

public sealed record IssuedTokens(AccessToken Access, string RefreshToken, int RefreshLifetimeSeconds);

/// <param name="Session">The session that the token named, where there is one.</param>
/// <param name="Tokens">Null when the token was refused.</param>
/// <param name="Reused">The token had been used: the session is over for all who have a token of it.</param>
public sealed record RefreshOutcome(Session? Session, IssuedTokens? Tokens, bool Reused = false);
