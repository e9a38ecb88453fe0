using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Initialization;

/// <summary>What <c>sys/seal-status</c> says.</summary>
/// <param name="IsInitialized">Whether there are keys.</param>
/// <param name="IsSealed">Whether it waits for them.</param>
/// <param name="Type"><c>shamir</c>, or what unseals it by itself.</param>
/// <param name="Threshold">How many shares it takes.</param>
/// <param name="Progress">How many of them it has.</param>
internal sealed record SealStatus(bool IsInitialized, bool IsSealed, string Type, int Threshold, int Progress)
{
    public static async Task<SealStatus> ReadAsync(VaultAdminClient vault, CancellationToken cancellationToken) =>
        From(await vault.ReadDocumentAsync("sys/seal-status", cancellationToken));

    public static SealStatus From(JsonObject? answer) => new(
        (bool?)answer?["initialized"] == true, (bool?)answer?["sealed"] != false, (string?)answer?["type"] ?? "shamir",
        (int?)answer?["t"] ?? 0, (int?)answer?["progress"] ?? 0);
}
