namespace CreditSystem.Api.Json;

/// <summary>Why credits can move, as answers spell it.</summary>
internal static class TransferKindCodes
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<TransferKind>().Select(kind => kind.ToCode())];
}
