using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Audit;

/// <summary><c>vault audit-report</c>: who has read which secret, and who was refused, out of Vault's own audit log.</summary>
internal sealed class AuditReportCommand
{
    internal const string Name = "audit-report";

    private readonly VaultConnection connection = new();
    private readonly Argument<string[]> files = new("FILE")
    {
        Description = "Audit logs, also rotated ones (.gz); - is the standard input",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string[]> match = CliOption.Texts("--match",
        "NAME=@FILE: look for the value in the file, by the hash that Vault makes of it (sys/audit-hash; VAULT_TOKEN); may be given again");
    private readonly Option<string> device = CliOption.Text("--device", "The audit device whose log it is, for --match", "file");

    internal static Command Create(CommandHost host) => new AuditReportCommand().CreateCore(host);

    private Command CreateCore(CommandHost host)
    {
        var command = new Command(
            Name, "Tell from Vault's audit log who has read which secret, when and from where; which logins failed; and how old and how "
                + "much used secret_ids are") { files, match, device };
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ReportAsync(parsed, host, cancellationToken));
        return command;
    }

    private async Task<int> ReportAsync(ParseResult parsed, CommandHost host, CancellationToken cancellationToken)
    {
        var hashes = await HashesAsync(parsed, host, cancellationToken);
        var reader = new AuditReader();
        var entries = await reader.ReadAsync(parsed.GetRequiredValue(files), cancellationToken);
        var report = AuditReport.Of(entries, reader.Lines, reader.Unreadable, hashes);
        parsed.Write(report, output => Print(report, output));
        return report.Unreadable == 0 ? CommandExitCodes.Done : CommandExitCodes.Incomplete;
    }

    private async Task<Dictionary<string, string>> HashesAsync(ParseResult parsed, CommandHost host, CancellationToken cancellationToken)
    {
        var hashes = new Dictionary<string, string>();
        if (parsed.GetValue(match) is not { Length: > 0 } wanted)
            return hashes;
        var token = host.VariableOrNull("VAULT_TOKEN")
            ?? throw new CommandException("--match asks Vault for hashes: set VAULT_TOKEN to a token that may use sys/audit-hash.");
        using var vault = await connection.OpenAsync(parsed, host, cancellationToken);
        vault.Token = token;
        foreach (var text in wanted)
        {
            if (text.Split("=@", 2) is not [{ Length: > 0 } name, { Length: > 0 } file])
                throw new CommandUsageException(
                    $"--match is NAME=@FILE, and not '{text.Split('=')[0]}…': a value does not belong on a command line.");
            var value = await CommandFile.ReadTextAsync(file, cancellationToken);
            var answer = await vault.WriteAsync(
                $"sys/audit-hash/{parsed.GetRequiredValue(device).Trim('/')}", new JsonObject { ["input"] = value }, cancellationToken);
            hashes[name] = (string?)answer?["data"]?["hash"] ?? throw new CommandException("Vault has given no hash.");
        }

        return hashes;
    }

    private static void Print(AuditReport report, TextWriter output)
    {
        output.WriteLine(report.From is null
            ? $"No answers in {report.Lines} lines."
            : $"{Format(report.From)} to {Format(report.To)}, {report.Lines} lines"
                + $"{(report.Unreadable == 0 ? "" : $", {report.Unreadable} of them unreadable (cut off, or no audit log)")}.");
        Section(output, "Secrets that were read", ["Who", "Path", "From", "Times", "First", "Last"], report.Reads,
            read => [read.Who, read.Path, read.Address, .. Cells(read.Times)]);
        Section(output, "Refused", ["Who", "Operation", "Path", "From", "Times", "First", "Last", "Reason"], report.Refusals,
            one => [one.Who, one.Operation, one.Path, one.Address, .. Cells(one.Times), one.Reason]);
        Section(output, "Failed logins", ["Role", "From", "Times", "First", "Last", "Reason"], report.FailedLogins,
            one => [one.Role, one.Address, .. Cells(one.Times), one.Reason]);
        Section(output, "secret_ids, by the start of their hash", ["Hash", "Role", "Made", "Age", "Logins", "Last used", "From", "Ended"],
            report.SecretIds,
            one => [one.Id, one.Role, one.MadeAt is null ? "before, or wrapped" : Format(one.MadeAt), Age(one.AgeSeconds),
                $"{one.Logins}", Format(one.LastUsedAt), string.Join(", ", one.Addresses), Format(one.EndedAt)]);
        Section(output, "Values", ["Name", "Lines", "First", "Last", "Paths"], report.Matches,
            one => [one.Name, $"{one.Lines}", Format(one.First), Format(one.Last), string.Join(", ", one.Paths)]);
    }

    private static void Section<T>(
        TextWriter output, string title, IReadOnlyList<string> head, IReadOnlyList<T> rows, Func<T, IReadOnlyList<string>> cells)
    {
        if (rows.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine(title);
        output.WriteTable(head, rows.Select(cells));
    }

    private static IEnumerable<string> Cells(Occurrences times) => [$"{times.Count}", Format(times.First), Format(times.Last)];

    private static string Age(long? seconds) => seconds is { } age
        ? $"{TimeSpan.FromSeconds(age).TotalHours:0.#} h" : "";

    private static string Format(DateTimeOffset? at) => $"{at:yyyy-MM-dd HH:mm:ss}";
}
