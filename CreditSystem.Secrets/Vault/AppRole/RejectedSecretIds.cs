using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Vault.AppRole;

/// <summary>
/// The secret_ids that Vault has rejected, by their fingerprints. They are kept beside the snapshot where there is one: a
/// service that is started again and again must not send the same one at each start, or it locks the role for everybody.
/// </summary>
internal sealed class RejectedSecretIds(string? path, TimeProvider time)
{
    private const int MaxKept = 50;

    private readonly ConcurrentDictionary<string, Rejection> _rejected = Load(path);

    public bool Contains(AppRoleCredentials credentials) => _rejected.ContainsKey(credentials.Fingerprint);

    /// <summary>How many of the same role have been rejected lately.</summary>
    public int CountWithin(TimeSpan window, AppRoleCredentials credentials) =>
        _rejected.Values.Count(rejection => rejection.Role == credentials.RoleFingerprint && time.GetUtcNow() - rejection.At < window);

    public void Add(AppRoleCredentials credentials)
    {
        _rejected[credentials.Fingerprint] = new Rejection(time.GetUtcNow(), credentials.RoleFingerprint);
        if (path is null)
            return;
        try
        {
            var latest = _rejected.OrderByDescending(pair => pair.Value.At).Take(MaxKept);
            PrivateFile.Replace(path, Encoding.UTF8.GetBytes(string.Concat(
                latest.Select(pair => $"{pair.Key} {pair.Value.At.ToUnixTimeSeconds()} {pair.Value.Role}\n"))));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Remembered until the next start, then.
        }
    }

    private static ConcurrentDictionary<string, Rejection> Load(string? path)
    {
        var rejected = new ConcurrentDictionary<string, Rejection>();
        try
        {
            foreach (var parts in path is null || !File.Exists(path) ? [] : File.ReadAllLines(path).Select(line => line.Split(' ')))
            {
                if (parts.Length >= 2 && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var seconds))
                    rejected[parts[0]] = new Rejection(DateTimeOffset.FromUnixTimeSeconds(seconds), parts.ElementAtOrDefault(2) ?? "");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // As if there had been none.
        }

        return rejected;
    }

    private readonly record struct Rejection(DateTimeOffset At, string Role);
}
