using System.Text;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Access;

/// <summary>One route and what each caller is answered there.</summary>
/// <param name="Route">Method and pattern.</param>
/// <param name="Path">What is asked for; names in braces stand for things of the tenant (<see cref="RouteSamples"/>).</param>
/// <param name="Body">What is sent, if anything.</param>
/// <param name="Statuses">In the order of <see cref="RouteTable.Callers"/>.</param>
internal sealed record RouteRow(string Route, string Path, string? Body, IReadOnlyList<string> Statuses)
{
    public string Method => Route[..Route.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>Whether the request names something that belongs to the tenant.</summary>
    public bool NamesSomething => RouteSamples.Names.Any(name => $"{Path}{Body}".Contains($"{{{name}}}", StringComparison.Ordinal));
}

/// <summary>The committed table of routes and callers.</summary>
internal static class RouteTable
{
    public static readonly string[] Callers = ["anonymous", "user", "service", "operator", "owner", "other tenant"];

    private const string Introduction = """
        # Who may ask for what

        Every route of the API as its own program maps it in production, with what each caller is answered: the status of the
        request in the second column. `RouteAccessTests` asks all of them and compares; a route that is not here fails it.

        The callers are nobody, and the roles. All act in the same tenant, and the user asks for what belongs to another user of it;
        *other tenant* is the owner of a tenant next door, who must not even learn what exists (404). Names in braces are things
        that were made just before: an account with credits in it, a transfer between two of them, and so on.

        After a change: `CREDIT_SYSTEM_WRITE_DOCS=1 dotnet run --project tests/CreditSystem.Api.Tests -- -class "*RouteAccessTests"`
        writes the statuses and adds what is new; look at each line that it has changed.


        """;

    public static string File => Repository.PathOf("tests", "CreditSystem.Api.Tests", "Access", "route-access.md");

    public static IReadOnlyList<RouteRow> Read() => System.IO.File.Exists(File)
        ? [.. System.IO.File.ReadAllLines(File).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(Parse)]
        : [];

    public static string Format(IEnumerable<RouteRow> rows)
    {
        var text = new StringBuilder(Introduction);
        text.Append("| Route | Request | ").AppendJoin(" | ", Callers).Append(" |\n|---|---|").AppendJoin("", Callers.Select(_ => "---|")).Append('\n');
        foreach (var row in rows.OrderBy(row => row.Route[(row.Method.Length + 1)..], StringComparer.Ordinal).ThenBy(row => row.Method, StringComparer.Ordinal).ThenBy(row => row.Body, StringComparer.Ordinal))
            text.Append($"| `{row.Route}` | `{row.Path}`{(row.Body is null ? "" : $" `{row.Body}`")} | ").AppendJoin(" | ", row.Statuses).Append(" |\n");
        return text.ToString();
    }

    private static RouteRow Parse(string line)
    {
        // A cell may have a bar in it only where this table never needs one.
        var cells = line.Trim('|', ' ').Split(" | ");
        var request = cells[1].Trim('`').Split("` `", 2);
        return new RouteRow(cells[0].Trim('`'), request[0], request.Length > 1 ? request[1] : null, cells[2..]);
    }
}
