using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CreditSystem.Identity.PersonalData;

namespace CreditSystem.Api.Webhooks;

/// <summary>Signs deliveries as Standard Webhooks has it (standardwebhooks.com): HMAC-SHA-256 over id, time and body.</summary>
internal sealed class WebhookSecrets(PersonalDataProtector protector, TimeProvider time)
{
    public const string Prefix = "whsec_";

    private const int SecretBytes = 32;

    /// <summary>A new secret, in plaintext to be shown once and encrypted for the database.</summary>
    public async Task<(string Plaintext, string Ciphertext)> CreateAsync(string endpoint, CancellationToken cancellationToken)
    {
        var secret = Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));
        return (secret, await protector.ProtectAsync(secret, endpoint, cancellationToken));
    }

    /// <summary>The value of <c>webhook-signature</c>: one signature for each secret that is good now.</summary>
    public async Task<string> SignAsync(
        WebhookEndpoint endpoint, string id, long timestamp, string body, CancellationToken cancellationToken)
    {
        var signature = Sign(await protector.RevealAsync(endpoint.Secret, endpoint.Id, cancellationToken), id, timestamp, body);
        return endpoint.Previous is { } previous && endpoint.PreviousUntil > time.GetUtcNow().UtcDateTime
            ? $"{signature} {Sign(await protector.RevealAsync(previous, endpoint.Id, cancellationToken), id, timestamp, body)}"
            : signature;
    }

    internal static string Sign(
        string secret, string id, long timestamp, string body) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(
        Convert.FromBase64String(secret[Prefix.Length..]),
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.{body}"))));
}
