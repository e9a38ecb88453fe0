using System.Globalization;
using System.Text;
using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Features.Accounts;

/// <summary>A statement as CSV (RFC 4180), sent while it is read from the log.</summary>
internal sealed class CsvStatement(AccountState account, Statement statement) : IResult
{
    public const string ContentType = "text/csv";

    private const string Header = "sequence,created_at,transfer,kind,amount,balance,held,reference,effective_at\r\n";
    private const int FlushBytes = 16 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = $"{ContentType}; charset=utf-8; header=present";
        httpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"statement-{account.Id}.csv\"";
        var output = httpContext.Response.BodyWriter;
        Encoding.UTF8.GetBytes(Header, output);
        Encoding.UTF8.GetBytes(BalanceRow("opening_balance", statement.Opening), output);
        await foreach (var entry in statement.Entries.WithCancellation(httpContext.RequestAborted))
        {
            Encoding.UTF8.GetBytes(Row(entry), output);
            if (output.UnflushedBytes >= FlushBytes)
                await output.FlushAsync(httpContext.RequestAborted);
        }
        Encoding.UTF8.GetBytes(BalanceRow("closing_balance", statement.Closing), output);
        await output.FlushAsync(httpContext.RequestAborted);
    }

    private static string BalanceRow(string kind, BalanceAt balance) =>
        string.Create(CultureInfo.InvariantCulture, $",,,{kind},,{balance.Posted},{balance.Held},,\r\n");

    private static string Row(HistoryEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Sequence},{Time(entry.At)},{entry.Transfer},{entry.Kind.ToCode()},{entry.Amount},{entry.Posted},{entry.Held},")
        + $"{Field(entry.Reference)},{Time(entry.EffectiveAt)}\r\n";

    private static string Time(long unixMilliseconds) =>
        WireNames.Time(unixMilliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// Text of others, quoted; where a spreadsheet would take it for a formula, an apostrophe goes before it
    /// (https://owasp.org/www-community/attacks/CSV_Injection).
    /// </summary>
    internal static string Field(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (text.TrimStart() is ['=' or '+' or '-' or '@' or '|' or '%' or '＝' or '＋' or '－' or '＠', ..])
            text = "'" + text;
        return text.AsSpan().ContainsAny("\",'\r\n") || text[0] == ' ' || text[^1] == ' '
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
    }
}
