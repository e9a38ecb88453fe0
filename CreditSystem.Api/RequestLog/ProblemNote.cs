namespace CreditSystem.Api.RequestLog;

/// <summary>With which code a request was answered that was answered with a problem.</summary>
internal static class ProblemNote
{
    private static readonly object Key = new();

    public static void Set(HttpContext context, string code) => context.Items[Key] = code;

    public static string? Find(HttpContext context) => context.Items.TryGetValue(Key, out var code) ? (string?)code : null;
}
