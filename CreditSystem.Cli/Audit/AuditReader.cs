using System.IO.Compression;
using System.Text.Json;

namespace CreditSystem.Cli.Audit;

/// <summary>
/// Reads audit logs: the file, and those that a rotation has moved away (<c>audit.log.1</c>, <c>audit.log.2.gz</c>), or a stream. A line
/// that was cut off, in the middle of a rotation or by a full disk, costs itself alone.
/// </summary>
internal sealed class AuditReader
{
    public const string Stream = "-";

    /// <summary>How many lines could not be read.</summary>
    public int Unreadable { get; private set; }

    /// <summary>How many lines there were.</summary>
    public int Lines { get; private set; }

    /// <summary>All answers in the order of their times, each once: a copied and truncated log has some twice.</summary>
    /// <exception cref="CommandException">A file cannot be read.</exception>
    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var entries = new List<AuditEntry>();
        foreach (var path in paths)
        {
            try
            {
                using var reader = Open(path == Stream ? "/dev/stdin" : path);
                await ReadAsync(reader, entries, cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw new CommandException($"{path} cannot be read: {exception.Message}", exception);
            }
        }

        return [.. entries.DistinctBy(entry => ($"{entry.Line["request"]?["id"]}", entry.Time)).OrderBy(entry => entry.Time)];
    }

    private async Task ReadAsync(TextReader reader, List<AuditEntry> entries, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
                continue;
            Lines++;
            try
            {
                if (AuditEntry.Parse(line) is { } entry)
                    entries.Add(entry);
            }
            catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException
                or ArgumentNullException)
            {
                Unreadable++;
            }
        }
    }

    private static StreamReader Open(string path)
    {
        // Vault goes on writing to it.
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
    }
}
