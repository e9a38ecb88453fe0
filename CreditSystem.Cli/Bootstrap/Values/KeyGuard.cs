namespace CreditSystem.Cli.Bootstrap.Values;

/// <summary>What MongoDB holds that depends on a key in Vault.</summary>
/// <param name="HasUsers">Their personal data is encrypted, and found, under app.personal_data_key.</param>
/// <param name="HasTransitTexts">Some of it by Vault's transit engine.</param>
internal sealed record StoredData(bool HasUsers, bool HasTransitTexts);

/// <summary>
/// A key that is missing is not made up where data may be stored under the lost one: the data would be as lost as the key, and
/// nobody would notice before the first login.
/// </summary>
internal sealed class KeyGuard(SecretStep secrets, BootstrapSettings settings, bool mayInvent)
{
    private const string PersonalDataKey = "personal_data_key";
    private const string SigningKey = "secret_key";

    /// <param name="app">The secret with the keys, as it would be written.</param>
    /// <param name="examineAsync">Asks MongoDB; null where there is none to ask, or not yet.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandException">A key is missing that data may depend on.</exception>
    public async Task RequireAsync(SecretDraft app, Func<CancellationToken, Task<StoredData?>> examineAsync,
        CancellationToken cancellationToken)
    {
        foreach (var key in new[] { PersonalDataKey, SigningKey }.Where(key => app[key] is null && !mayInvent))
        {
            if (app.Version > 0)
                await RefuseIfLostAsync(app, key, cancellationToken);
            var stored = await examineAsync(cancellationToken);
            if (stored is { HasUsers: true })
                throw Refusal(key, $"Vault holds no app.{key}, but MongoDB holds users whose data needs it.");
            if (stored is null && app.Version > 0)
                throw Refusal(
                    key, $"{PathOf(app)} has no {key}, and whether data is stored under one is not known: no MongoDB could be asked "
                        + "(ConnectionStrings__mongodb).");
        }
    }

    private async Task RefuseIfLostAsync(SecretDraft app, string key, CancellationToken cancellationToken)
    {
        var (with, deleted) = await secrets.FindVersionsAsync(app.Name, key, cancellationToken);
        if (with is [var newest, ..])
            throw Refusal(
                key, $"{PathOf(app)} has lost its {key}; version {newest} has it (vault kv get -version={newest}; or here: "
                    + $"vault rollback {app.Name} --to {newest}).");
        if (deleted is [var last, ..])
            throw Refusal(
                key, $"{PathOf(app)} has no {key}, and version {last}, which is deleted, may have it (vault kv undelete "
                    + $"-versions={last}).");
    }

    private static CommandException Refusal(string key, string what) =>
        new($"{what} No other is made up, since data under the lost one could never be read again. Give it back (--set app.{key}=@FILE); "
            + "--new-keys only where nothing is stored. Nothing was changed.");

    private string PathOf(SecretDraft app) => $"{settings.KvMount}/{settings.Prefix}/{app.Name}";
}
