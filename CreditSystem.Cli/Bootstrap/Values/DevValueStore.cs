using System.Text.Json;
using CreditSystem.Cli.Rotation;

namespace CreditSystem.Cli.Bootstrap.Values;

/// <summary>
/// For a development Vault, which forgets everything when it ends while the databases do not: the values that stored data
/// depends on, in a file that only its owner reads. Never used where Vault keeps its secrets itself.
/// </summary>
internal sealed class DevValueStore(string? directory)
{
    private const string FileName = "kept-values";

    /// <summary>Stored personal data is readable under the first alone; sessions are valid under the second.</summary>
    private static readonly string[] Keys = ["personal_data_key", "secret_key"];

    /// <summary>Gives a Vault that has forgotten them what it had.</summary>
    public async Task RestoreAsync(SecretDraft app, CancellationToken cancellationToken)
    {
        if (directory is null || await new CredentialsDirectory(directory).ReadAsync(FileName, cancellationToken) is not { } text)
            return;
        var kept = Parse(text);
        foreach (var key in Keys.Where(kept.ContainsKey))
            app.SetIfMissing(key, () => kept[key]);
    }

    public async Task SaveAsync(SecretDraft app, ChangeReporter changes, CancellationToken cancellationToken)
    {
        if (directory is null || changes.IsDryRun)
            return;
        var files = new CredentialsDirectory(directory);
        var text = JsonSerializer.Serialize(Keys.Where(key => app[key] is not null).ToDictionary(key => key, key => app[key]));
        if (await files.ReadAsync(FileName, cancellationToken) != text)
            await files.ReplaceAsync(new Dictionary<string, string> { [FileName] = text }, cancellationToken);
    }

    private Dictionary<string, string> Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? [];
        }
        catch (JsonException exception)
        {
            throw new CommandException(
                $"{Path.Combine(directory!, FileName)} is damaged. Data that was stored under its keys cannot be read without them.",
                exception);
        }
    }
}
