using CreditSystem.Identity.SecurityAudit;

namespace CreditSystem.Api.Features.AuditTrail;

/// <summary>One thing that somebody did, or was refused.</summary>
/// <param name="Action">The name of the operation, as in the OpenAPI document.</param>
/// <param name="Principal">The user or the API key.</param>
/// <param name="CredentialKind">token or api_key; absent where none was shown.</param>
/// <param name="Credential">The id of the token or of the API key.</param>
/// <param name="Target">The id of what it was done to.</param>
/// <param name="Status">The HTTP status that it was answered with.</param>
/// <param name="Address">The client's address.</param>
public sealed record AuditEventResponse(
    string Id, DateTimeOffset At, string Action, string? Principal, [property: ValuesOf(typeof(Role))] string? Role,
    [property: AllowedValues("token", "api_key")] string? CredentialKind, string? Credential,
    string? Target, int Status, string Address, string? UserAgent, string? TraceId)
{
    internal static AuditEventResponse From(SecurityAuditChunk chunk, int index)
    {
        var e = chunk.Events[index];
        return new AuditEventResponse(
            AuditPosition.Format(chunk.Id, index), WireNames.Time(e.At), e.Action, e.Principal, e.Role, e.CredentialKind, e.Credential,
            e.Target, e.Status, e.Address, e.UserAgent, e.TraceId);
    }
}

/// <summary>Events, newest first.</summary>
/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record AuditEventPage(IReadOnlyList<AuditEventResponse> Events, string? NextCursor);

/// <summary>The place of an event: its chunk and its number in it.</summary>
internal static class AuditPosition
{
    private const int ChunkLength = 36;

    public static string Format(string chunk, int index) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{chunk}.{index}");

    public static bool TryParse(string text, out (string Chunk, int Index) position)
    {
        position = default;
        if (text.Length is < ChunkLength + 2 or > ChunkLength + 6
            || !text.StartsWith("aud_", StringComparison.Ordinal) || text[ChunkLength] != '.'
            || !Guid.TryParseExact(text.AsSpan(4, ChunkLength - 4), "N", out _)
            || !ushort.TryParse(text.AsSpan(ChunkLength + 1), System.Globalization.NumberStyles.None, null, out var index))
            return false;
        position = (text[..ChunkLength], index);
        return true;
    }
}
