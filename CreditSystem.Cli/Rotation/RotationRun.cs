namespace CreditSystem.Cli.Rotation;

/// <summary>
/// One rotation. What the target holds logs in at every moment: the new secret_id is proved before it is written, nothing ends
/// before that, the one before stays valid, and only those before that end. It may be killed anywhere and run twice at once;
/// what a killed run leaves behind in Vault, the next one removes.
/// </summary>
internal sealed class RotationRun(SecretIds secretIds, ICredentialTarget target, RotationSettings settings, FailPoint failPoint,
    TimeProvider time, TextWriter output)
{
    private const int MaxAttempts = 5;
    private const int Kept = 2;

    // Longer than a Job may run (activeDeadlineSeconds), so that what a run in progress has just made is none of ours.
    private static readonly TimeSpan OrphanAge = TimeSpan.FromMinutes(30);

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        var state = await ReadAsync(cancellationToken);
        var roleId = state.RoleId ?? throw new CommandException($"{target.Name} holds no role_id. Write it there first (bootstrap does).");
        var (isHeldKnown, held) = await secretIds.IdentifyAsync(state.SecretId, cancellationToken);
        var mark = new SecretIdMark(SecretIdMark.Rotation, target.Name, state.Holder, state.Cluster);
        var wrapped = await secretIds.CreateWrappedAsync(mark, cancellationToken);
        failPoint.Reach("wrapped");
        var made = await secretIds.UnwrapAsync(wrapped, cancellationToken);
        failPoint.Reach("unwrapped");
        await secretIds.VerifyAsync(roleId, made, cancellationToken);
        failPoint.Reach("verified");

        if (await WriteAsync(state, held, made, cancellationToken) is not { } written)
            return;
        failPoint.Reach("written");
        if (isHeldKnown)
        {
            await RetireAsync(written, held, cancellationToken);
            failPoint.Reach("retired");
            await SweepAsync(mark, written, cancellationToken);
            failPoint.Reach("swept");
        }
        else
        {
            await output.WriteLineAsync("Nothing was ended: this Vault does not tell which secret_id was in use. Run the bootstrap, "
                + "which gives the rotation the policy to ask; until then they end by their own time to live.");
        }

        await output.WriteLineAsync($"{target.Name} holds a new secret_id; the one before stays valid.");
    }

    /// <summary>Ends what is more than one generation old, and was replaced long enough ago that every pod has seen it.</summary>
    private async Task RetireAsync(IReadOnlyList<Generation> generations, string? heldBefore, CancellationToken cancellationToken)
    {
        var retired = generations.SkipLast(Kept).Where((generation, index) => generation.Accessor != heldBefore
            && time.GetUtcNow() - generations[index + 1].Since >= settings.Overlap);
        foreach (var generation in retired)
            await secretIds.DestroyAsync(generation.Accessor, cancellationToken);
    }

    private async Task SweepAsync(SecretIdMark mark, IReadOnlyList<Generation> written, CancellationToken cancellationToken)
    {
        foreach (var orphan in await secretIds.FindOrphansAsync(mark, written.Select(generation => generation.Accessor).ToHashSet(),
            time.GetUtcNow() - OrphanAge, cancellationToken))
        {
            await secretIds.DestroyAsync(orphan, cancellationToken);
            await output.WriteLineAsync("Ended a secret_id that an interrupted rotation had left.");
        }
    }

    /// <returns>The generations that the target now holds; null when another run has been faster, and this one has withdrawn its
    /// own.</returns>
    private async Task<IReadOnlyList<Generation>?> WriteAsync(TargetState first, string? held, NewSecretId made,
        CancellationToken cancellationToken)
    {
        var living = (await secretIds.ListAsync(cancellationToken)).ToHashSet();
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

            if (await TryWriteAsync(state, Follow(state.Generations, living, held, made), made, cancellationToken) is { } written)
                return written;
            await Task.Delay(settings.Pause * attempt, time, cancellationToken);
        }

        // Not ended here: nobody knows whether the last attempt arrived. If it did not, a later run ends it as an orphan.
        throw new CommandException($"{target.Name} could not be written in {MaxAttempts} attempts. What it holds is as valid as before.");
    }

    /// <summary>What there is still, then what the target has held until now, whatever its notes say, then the new one.</summary>
    private List<Generation> Follow(IReadOnlyList<Generation> generations, HashSet<string> living, string? held, NewSecretId made)
    {
        var now = time.GetUtcNow();
        List<Generation> following = [.. generations.Where(generation => living.Contains(generation.Accessor))];
        if (held is not null && (following is [] || following[^1].Accessor != held))
        {
            var noted = following.Find(generation => generation.Accessor == held);
            following.RemoveAll(generation => generation.Accessor == held);
            following.Add(noted ?? new Generation(held, now));
        }

        return [.. following, new Generation(made.Accessor, now)];
    }

    private async Task<IReadOnlyList<Generation>?> TryWriteAsync(TargetState state, IReadOnlyList<Generation> generations, NewSecretId made,
        CancellationToken cancellationToken)
    {
        try
        {
            return await target.TryWriteAsync(state, made.Value, generations, cancellationToken) ? generations : null;
        }
        catch (TargetUnavailableException unavailable)
        {
            await output.WriteLineAsync($"{unavailable.Message} Trying again.");
            return null;
        }
        catch (CommandException)
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
                throw new CommandException($"{unavailable.Message} Given up after {MaxAttempts} attempts.", unavailable);
            }
        }
    }
}

/// <param name="Overlap">How long a replaced secret_id stays valid at least, even if it is no longer the one before.</param>
/// <param name="Pause">Before the second attempt; longer before each further one.</param>
internal sealed record RotationSettings(TimeSpan Overlap, TimeSpan Pause);
