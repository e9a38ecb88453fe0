using System.Text.Json;

namespace CreditSystem.Cli.Rotation;

/// <summary>One secret_id that the target has held, by its accessor: with it the secret_id can be ended, not used.</summary>
/// <param name="Accessor">Vault's name of the secret_id.</param>
/// <param name="Since">When it was put into the target.</param>
internal sealed record Generation(string Accessor, DateTimeOffset Since)
{
    public static string Write(IEnumerable<Generation> generations) => JsonSerializer.Serialize(generations, JsonSerializerOptions.Web);

    /// <summary>
    /// Oldest first. A text that is none of ours counts as no generations: those secret_ids end by their own time to live.
    /// </summary>
    public static IReadOnlyList<Generation> Read(string? text)
    {
        try
        {
            return text is null
                ? []
                : JsonSerializer.Deserialize<List<Generation?>>(text, JsonSerializerOptions.Web)?.OfType<Generation>()
                    .Where(generation => !string.IsNullOrEmpty(generation.Accessor)).ToList()
                    ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
