using System.Net;
using CreditSystem.Cli.Vault;
using CreditSystem.Secrets.Vault;
using CreditSystem.Secrets.Vault.Mfa;

namespace CreditSystem.Cli.Rotation;

/// <summary>
/// The second factor of the rotation's own login (login MFA with TOTP). A passcode is good once: after a refusal that of the next period
/// is tried, as long as the request of the login is good.
/// </summary>
/// <param name="file">The seeds; null where none is configured.</param>
/// <param name="time">The clock.</param>
internal sealed class RotatorSecondFactor(string? file, TimeProvider time)
{
    private const int MaxAttempts = 4;

    /// <returns>The <c>auth</c> of the login.</returns>
    /// <exception cref="CommandException">There is no seed of what is asked for, or Vault refuses what it gives.</exception>
    public async Task<JsonNode?> SatisfyAsync(VaultAdminClient vault, MfaRequirement requirement, CancellationToken cancellationToken)
    {
        try
        {
            var seeds = await TotpSeeds.ReadAsync(file, cancellationToken);
            for (var attempt = 1; ; attempt++)
            {
                var answer = requirement.Answer(seeds, time.GetUtcNow());
                try
                {
                    return (await vault.WriteAsync("sys/mfa/validate", answer.Body, cancellationToken))?["auth"];
                }
                catch (VaultRequestException refusal) when (refusal.Status == HttpStatusCode.Forbidden && attempt < MaxAttempts)
                {
                    await Task.Delay(UntilNext(answer), time, cancellationToken);
                }
            }
        }
        catch (VaultUnavailableException missing)
        {
            throw new CommandException($"The rotation cannot log in: {missing.Message}", missing);
        }
    }

    private TimeSpan UntilNext(MfaAnswer answer)
    {
        var period = answer.Steps.Keys.Select(seed => seed.Period).Append(TimeSpan.FromSeconds(1)).Max();
        return period - TimeSpan.FromTicks(time.GetUtcNow().UtcTicks % period.Ticks);
    }
}
