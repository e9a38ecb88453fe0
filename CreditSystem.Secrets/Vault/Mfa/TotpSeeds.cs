using System.Net;

namespace CreditSystem.Secrets.Vault.Mfa;

/// <summary>The seeds in a file, one a line; it is read at each login, so that another one is in use with the next.</summary>
public sealed class TotpSeeds
{
    private readonly IReadOnlyList<TotpSeed> _seeds;

    private TotpSeeds(string source, IReadOnlyList<TotpSeed> seeds) => (Source, _seeds) = (source, seeds);

    /// <summary>For messages: the file, or which setting would name one.</summary>
    public string Source { get; }

    /// <param name="path">Null where none is configured.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VaultUnavailableException">The file cannot be read, or a line of it is no seed.</exception>
    public static async Task<TotpSeeds> ReadAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is null)
            return new TotpSeeds("VAULT_TOTP_FILE (it is not set)", []);
        string[] lines;
        try
        {
            lines = await File.ReadAllLinesAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"{path} cannot be read ({exception.GetType().Name})");
        }

        var seeds = new List<TotpSeed>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() is not { Length: > 0 } line || line[0] == '#')
                continue;
            try
            {
                seeds.Add(TotpSeed.Parse(line));
            }
            catch (FormatException exception)
            {
                throw Wrong($"line {i + 1} of {path} is no seed: {exception.Message}");
            }
        }

        return new TotpSeeds(path, seeds);
    }

    /// <summary>The seed for a method: the one that names it, else one that names none.</summary>
    public TotpSeed? Find(MfaMethod method) =>
        _seeds.FirstOrDefault(seed => seed.Label is { } label && (label == method.Id || label == method.Name))
        ?? _seeds.FirstOrDefault(seed => seed.Label is null);

    private static VaultUnavailableException Wrong(string what) => new($"VAULT_TOTP_FILE: {what}.", HttpStatusCode.Forbidden);
}
