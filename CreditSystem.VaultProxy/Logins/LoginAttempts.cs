using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>
/// Keeps failed logins below the five in a row at which Vault locks a role_id for every pod that uses it
/// (https://developer.hashicorp.com/vault/docs/concepts/user-lockout), over all replicas of the proxy. A pair that has not been
/// tried holds one of the failures that are left until its response is there, so that not even simultaneous ones exceed them, and
/// of equal ones a single one is tried. A pair that has worked holds none, and waits for none but its like. A success clears the count, as
/// it does in Vault.
/// </summary>
internal sealed class LoginAttempts(LoginRecords records, LoginPeers peers, IOptions<VaultProxyOptions> options, TimeProvider time)
{
    /// <summary>After which a login that others keep from its turn is told to come again.</summary>
    private const int MaxRounds = 100;

    /// <summary>How often a silent replica is asked before a login goes on without it.</summary>
    private const int MaxQuestions = 3;
    private readonly int _limit = options.Value.RateLimits.LoginFailures;

    internal async ValueTask<LoginAdmission> EnterAsync(LoginBody login, CancellationToken cancellationToken)
    {
        if (records.IsBad(login.Pair))
            return LoginAdmission.Refuse(LoginVerdict.KnownBad, default);
        // Others may know that it has worked, or that it does no longer.
        await peers.AskAsync(login, cancellationToken);
        for (var round = 0; round < MaxRounds; round++)
        {
            if (records.IsBad(login.Pair))
                return LoginAdmission.Refuse(LoginVerdict.KnownBad, default);
            if (records.FindOrAdd(login.Role) is not { } role)
                return LoginAdmission.Refuse(LoginVerdict.Guarded, records.Window);
            while (records.IsGood(login.Pair))
            {
                if (role.EnterKnown(login.Pair) is not { } turn)
                    return LoginAdmission.Admit(attempt: null, time.GetTimestamp());
                await turn.WaitAsync(cancellationToken);
            }

            if (records.IsBad(login.Pair))
                return LoginAdmission.Refuse(LoginVerdict.KnownBad, default);
            if (role.Reserve(login.Pair, _limit, out var changed, out var retryAfter) is not { } attempt)
            {
                if (changed is null)
                    return LoginAdmission.Refuse(LoginVerdict.Guarded, retryAfter);
                await changed.WaitAsync(cancellationToken);
            }
            else
            {
                var outcome = await TakeTurnAsync(role, attempt, login, cancellationToken);
                if (outcome == LoginTurn.Go)
                    return LoginAdmission.Admit(attempt, time.GetTimestamp());
                if (outcome == LoginTurn.Refuse)
                    break;
            }
        }

        return LoginAdmission.Refuse(LoginVerdict.Guarded, TimeSpan.FromSeconds(1));
    }

    /// <summary>Must follow every admission.</summary>
    internal void Leave(LoginBody login, LoginAdmission admission, LoginOutcome outcome)
    {
        if (outcome == LoginOutcome.Refused)
            records.MarkBad(login.Pair, time.GetTimestamp());
        else if (outcome == LoginOutcome.Accepted)
            records.MarkGood(login.Pair, time.GetTimestamp());

        if (records.FindOrAdd(login.Role) is not { } role)
            return;
        if (outcome == LoginOutcome.Accepted)
            role.Succeed(admission.StartedAt);
        // The client of a pair that works has gone before the response: the pair works all the same.
        var hasFailed = outcome == LoginOutcome.Refused || (outcome == LoginOutcome.Unknown && admission.Attempt is not null);
        if (admission.Attempt is null)
            role.LeaveKnown(login.Pair);
        role.End(admission.Attempt, hasFailed);
    }

    // Reserved first and asked then, so that of two replicas at once one sees the other at least.
    private async ValueTask<LoginTurn> TakeTurnAsync(LoginRole role, LoginAttempt attempt, LoginBody login,
        CancellationToken cancellationToken)
    {
        var turn = LoginTurn.Withdraw;
        try
        {
            for (var question = 1; ; question++)
            {
                var replies = await peers.AskAsync(login, cancellationToken);
                if (replies.Silent > 0 && question < MaxQuestions)
                    continue;
                // What the silent ones do is unknown, so each has its share of the failures.
                var limit = Math.Max(1, _limit / (1 + replies.Silent));
                turn = IsKnown(login) ? LoginTurn.Withdraw : role.Judge(attempt, replies.UnderWay, limit);
                if (turn is LoginTurn.Withdraw && replies.Silent > 0 && !IsKnown(login))
                    turn = LoginTurn.Refuse;
                if (turn is not LoginTurn.Ask)
                    return turn;
                await PauseAsync(cancellationToken);
            }
        }
        finally
        {
            if (turn is not LoginTurn.Go)
                role.End(attempt, hasFailed: false);
            if (turn is LoginTurn.Withdraw && !IsKnown(login))
                await PauseAsync(CancellationToken.None);
        }
    }

    private bool IsKnown(LoginBody login) => records.IsBad(login.Pair) || records.IsGood(login.Pair);

    private static Task PauseAsync(CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(20 + (Random.Shared.NextDouble() * 60)), cancellationToken);
}

internal enum LoginVerdict
{
    Admitted,

    /// <summary>This secret_id has been refused by Vault already.</summary>
    KnownBad,

    /// <summary>One failure more might lock the role for everyone.</summary>
    Guarded,
}

/// <param name="Attempt">The failure that is held for it; null for a pair that has worked.</param>
/// <param name="StartedAt">The timestamp before the login: a success clears what has failed before it.</param>
internal sealed record LoginAdmission(LoginVerdict Verdict, TimeSpan RetryAfter, LoginAttempt? Attempt, long StartedAt)
{
    internal static LoginAdmission Admit(LoginAttempt? attempt, long startedAt) => new(LoginVerdict.Admitted, default, attempt, startedAt);

    internal static LoginAdmission Refuse(LoginVerdict verdict, TimeSpan retryAfter) => new(verdict, retryAfter, null, 0);
}

internal enum LoginOutcome
{
    Accepted,

    /// <summary>Vault has said that the role or secret ID is invalid, and counted it.</summary>
    Refused,

    /// <summary>The client has gone before the response; Vault may have counted it.</summary>
    Unknown,

    /// <summary>An outage, or another error that Vault does not count.</summary>
    NotCounted,
}
