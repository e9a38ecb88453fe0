namespace CreditSystem.VaultProxy.Commands.Rotation;

/// <summary>
/// One rotation. What the target holds logs in at every moment: the new secret_id is proved before it is written, the one
/// before stays valid, and only those before that end. It may be killed anywhere and run twice at once; what a killed run
/// leaves behind in Vault, the next one removes.
/// </summary>
internal sealed class RotationRun(SecretIds secretIds, ICredentialTarget target, RotationSettings settings, FailPoint failPoint, TimeProvider time, TextWriter output)
{
    private const int MaxAttempts = 5;
    private const int Kept = 2;

    // Longer than a Job may run (activeDeadlineSeconds), so that what a run in progress has just made is none of ours.
    private static readonly TimeSpan OrphanAge = TimeSpan.FromMinutes(30);

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        var state = await ReadAsync(cancellationToken);
        var roleId = state.RoleId ?? throw new CommandFailure($"{target.Name} holds no role_id. Write it there first (bootstrap does).");
        await SweepAsync(state.Generations, cancellationToken);
        failPoint.Reach("swept");

        var wrapped = await secretIds.CreateWrappedAsync(cancellationToken);
        failPoint.Reach("wrapped");
        var made = await secretIds.UnwrapAsync(wrapped, cancellationToken);
        failPoint.Reach("unwrapped");
        await secretIds.VerifyAsync(roleId, made, cancellationToken);
        failPoint.Reach("verified");

        if (await WriteAsync(state, made, cancellationToken) is not { } written)
            return;
        failPoint.Reach("written");
        await RetireAsync(written, cancellationToken);
        failPoint.Reach("retired");
        await output.WriteLineAsync($"{target.Name} holds a new secret_id; the one before stays valid.");
    }

    /// <summary>Ends what is more than one generation old, and was replaced long enough ago that every pod has seen it.</summary>
    private async Task RetireAsync(IReadOnlyList<Generation> generations, CancellationToken cancellationToken)
    {
        foreach (var generation in Retired(generations))
            await secretIds.DestroyAsync(generation.Accessor, cancellationToken);
    }

    private IEnumerable<Generation> Retired(IReadOnlyList<Generation> generations) =>
        generations.SkipLast(Kept).Where((_, index) => time.GetUtcNow() - generations[index + 1].Since >= settings.Overlap);

    private async Task SweepAsync(IReadOnlyList<Generation> generations, CancellationToken cancellationToken)
    {
        await RetireAsync(generations, cancellationToken);
        foreach (var orphan in await secretIds.FindOrphansAsync(generations, time.GetUtcNow() - OrphanAge, cancellationToken))
        {
            await secretIds.DestroyAsync(orphan, cancellationToken);
            await output.WriteLineAsync("Ended a secret_id that an interrupted rotation had left.");
        }
    }

    /// <returns>The generations that the target now holds; null when another run has been faster, and this one has withdrawn its own.</returns>
    private async Task<IReadOnlyList<Generation>?> WriteAsync(TargetState first, NewSecretId made, CancellationToken cancellationToken)
    {
        var state = first;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (attempt > 1)
                state = await ReadAsync(cancellationToken);
            if (state.Generations.Any(generation => generation.Accessor == made.Accessor))
                return state.Generations;
            if (state.SecretId != first.SecretId)
            {
                await secretIds.DestroyAsync(made.Accessor, cancellationToken);
                await output.WriteLineAsync($"{target.Name} has just been given another secret_id: nothing to do.");
                return null;
            }

            if (await TryWriteAsync(state, made, cancellationToken) is { } written)
                return written;
            await Task.Delay(settings.Pause * attempt, time, cancellationToken);
        }

        // Not ended here: nobody knows whether the last attempt arrived. If it did not, a later run ends it as an orphan.
        throw new CommandFailure($"{target.Name} could not be written in {MaxAttempts} attempts. What it holds is as valid as before.");
    }

    private async Task<IReadOnlyList<Generation>?> TryWriteAsync(TargetState state, NewSecretId made, CancellationToken cancellationToken)
    {
        Generation[] generations = [.. state.Generations.Except(Retired(state.Generations)), new Generation(made.Accessor, time.GetUtcNow())];
        try
        {
            return await target.TryWriteAsync(state, made.Value, generations, cancellationToken) ? generations : null;
        }
        catch (TargetUnavailableException unavailable)
        {
            await output.WriteLineAsync($"{unavailable.Message} Trying again.");
            return null;
        }
        catch (CommandFailure)
        {
            await secretIds.DestroyAsync(made.Accessor, cancellationToken);
            throw;
        }
    }

    private async Task<TargetState> ReadAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await target.ReadAsync(cancellationToken);
            }
            catch (TargetUnavailableException unavailable) when (attempt < MaxAttempts)
            {
                await output.WriteLineAsync($"{unavailable.Message} Trying again.");
                await Task.Delay(settings.Pause * attempt, time, cancellationToken);
            }
            catch (TargetUnavailableException unavailable)
            {
                throw new CommandFailure($"{unavailable.Message} Given up after {MaxAttempts} attempts.", unavailable);
            }
        }
    }
}

/// <param name="Overlap">How long a replaced secret_id stays valid at least, even if it is no longer the one before.</param>
/// <param name="Pause">Before the second attempt; longer before each further one.</param>
internal sealed record RotationSettings(TimeSpan Overlap, TimeSpan Pause);
