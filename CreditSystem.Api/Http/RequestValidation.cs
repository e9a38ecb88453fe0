using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CreditSystem.Api.Http;

/// <summary>What several routes ask of the same members.</summary>
internal static class RequestValidation
{
    public const int MaxNameLength = 128;
    public const int MaxReferenceLength = 64;
    public const int MaxMetadataBytes = 1024;
    private const int MaxOverlapSeconds = 7 * 86_400;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Text that people and programs read alike: not empty, no control characters, bounded.</summary>
    public static ProblemHttpResult? Text(string name, string? value, int maxLength, bool required = false)
    {
        if (value is null)
            return required ? ApiProblems.BadRequest("invalid_" + name, $"{name} is required.") : null;
        if (value.Length == 0 || value.Length > maxLength || string.IsNullOrWhiteSpace(value))
            return ApiProblems.BadRequest("invalid_" + name, $"{name} must have 1 to {maxLength} characters.");
        foreach (var character in value)
            if (IsInvisible(character))
                return ApiProblems.BadRequest(
                    "invalid_" + name, $"{name} must not have control, line-breaking or direction-changing characters.");
        if (Identifier.Normalize(value).Length == 0)
            return ApiProblems.BadRequest("invalid_" + name, $"{name} must have a character that can be seen.");
        return null;
    }

    // Direction overrides make a text look like another one (CVE-2021-42574); U+2028 and U+2029 end a line in some readers.
    private static bool IsInvisible(char character) =>
        char.IsControl(character)
        || character is '\u061C' or '\u200E' or '\u200F' or '\u2028' or '\u2029' or (
            >= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF' or '\uFFFE' or '\uFFFF';

    public static ProblemHttpResult? DisplayName(string name) => Text("display_name", name, MaxNameLength);

    public static ProblemHttpResult? Positive(string name, long? amount) =>
        amount <= 0 ? ApiProblems.BadRequest("invalid_amount", $"{name} must be positive.") : null;

    public static ProblemHttpResult? Bounds(string name, long amount, AssetOptions bounds) =>
        amount < bounds.MinAmount || amount > bounds.MaxAmount
        ? ApiProblems.Create(
            StatusCodes.Status422UnprocessableEntity, "limit_exceeded",
            $"{name} must be between {bounds.MinAmount} and {bounds.MaxAmount} minor units.")
        : null;

    /// <summary>How long an old secret may stay good beside a new one.</summary>
    public static ProblemHttpResult? Overlap(int? seconds) => seconds is < 0 or > MaxOverlapSeconds
        ? ApiProblems.BadRequest("invalid_overlap_seconds", $"overlap_seconds must be between 0 and {MaxOverlapSeconds}.")
        : null;

    public static ProblemHttpResult NullItem() => ApiProblems.BadRequest(ProblemCodes.Malformed, "an object, not null.");

    public static ProblemHttpResult UnknownAsset() => ApiProblems.BadRequest("unknown_asset", "There is no such asset.");

    /// <summary>An id in its one form: 32 hexadecimal digits in five groups, and nothing around them.</summary>
    public static bool TryParseId([NotNullWhen(true)] string? text, out Guid id)
    {
        id = default;
        // The runtime's parser takes blanks around it, and signs and prefixes in it.
        if (text is not { Length: 36 })
            return false;
        for (var i = 0; i < text.Length; i++)
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i]))
                return false;
        return Guid.TryParseExact(text, "D", out id);
    }

    /// <summary>An account by id, or one of the tenant's system accounts by name.</summary>
    public static bool TryParseAccount(string? text, out AccountRef account)
    {
        account = default;
        if (TryParseId(text, out var id))
            account = AccountRef.To(id);
        else if (text is not null && SystemAccounts.TryParse(text, out var system))
            account = AccountRef.To(system);
        else
            return false;
        return true;
    }

    public static Validated<AccountRef> Account(string name, string? text) => TryParseAccount(text, out var account)
        ? account
        : ApiProblems.BadRequest("invalid_" + name, $"{name} must be the id of an account or the name of a system account.");

    /// <summary>An account of a holder, which has no name but its id.</summary>
    public static Validated<AccountRef> HolderAccount(string name, string? text) => TryParseId(text, out var id)
        ? AccountRef.To(id)
        : ApiProblems.BadRequest("invalid_" + name, $"{name} must be the id of an account.");

    /// <summary>What a caller may attach to everything that moves credits.</summary>
    public static Validated<StoredMetadata> Details(string? reference, SortedDictionary<string, string>? metadata) =>
        Text("reference", reference, MaxReferenceLength) is { } invalid ? invalid : Metadata(metadata);

    /// <summary>The metadata in the form in which it is stored: one compact JSON object, members in order.</summary>
    public static Validated<StoredMetadata> Metadata(SortedDictionary<string, string>? metadata)
    {
        if (metadata is null || metadata.Count == 0)
            return default(StoredMetadata);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Compact))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in metadata)
            {
                if (name.Contains('\0') || value is null || value.Contains('\0'))
                    return ApiProblems.BadRequest("invalid_metadata", "metadata is an object of strings without NUL.");
                writer.WriteString(name, value);
            }
            writer.WriteEndObject();
        }
        if (stream.Length > MaxMetadataBytes)
            return ApiProblems.BadRequest("invalid_metadata", $"metadata may have at most {MaxMetadataBytes} bytes as JSON.");
        return new StoredMetadata(System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }
}

/// <param name="Text">Null where there is none.</param>
internal readonly record struct StoredMetadata(string? Text);
