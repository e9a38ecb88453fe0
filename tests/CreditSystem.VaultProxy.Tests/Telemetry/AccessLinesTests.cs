using System.Text.Json.Nodes;
using CreditSystem.ServiceDefaults.Logging;
using CreditSystem.VaultProxy.Telemetry;
using Microsoft.Extensions.Logging;

namespace CreditSystem.VaultProxy.Tests.Telemetry;

public sealed partial class AccessLinesTests
{
    private const string Category = "CreditSystem.VaultProxy.Telemetry.AccessLog";

    [Fact]
    public async Task Writes_each_request_as_one_json_object_whoever_writes_at_once()
    {
        using var output = new MemoryStream();
        using (var lines = new AccessLines(output, Category, TimeProvider.System))
        {
            var logger = lines.CreateLogger(Category);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
            {
                for (var i = 0; i < 1_000; i++)
                    Line(logger, "GET", $"mount-{writer}", "READ", i, 1.5, TokenId.From("hvs.token-canary"));
            })));
        }

        var text = System.Text.Encoding.UTF8.GetString(output.ToArray());
        var entries = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(8_000, entries.Select(entry => ((string)entry["State"]!["MountClass"]!, (int)entry["State"]!["Status"]!)).Distinct().Count());
        Assert.Equal(8_000, entries.Count);
        Assert.DoesNotContain("token-canary", text, StringComparison.Ordinal);
        var (first, state) = (entries[0], entries[0]["State"]!.AsObject());
        Assert.Equal($"GET {state["MountClass"]} READ {state["Status"]} 1.5 {TokenId.From("hvs.token-canary")}", (string?)first["Message"]);
        Assert.Equal((7, "Information", Category), ((int)first["EventId"]!, (string)first["LogLevel"]!, (string)first["Category"]!));
        Assert.EndsWith("Z", (string)first["Timestamp"]!, StringComparison.Ordinal);
        Assert.Equal(["Method", "MountClass", "Operation", "Status", "Milliseconds", "Caller"], state.Select(member => member.Key));
    }

    [Fact]
    public void Leaves_the_lines_of_all_other_categories_to_the_console()
    {
        using var output = new MemoryStream();
        using (var lines = new AccessLines(output, Category, TimeProvider.System))
        {
            Assert.False(lines.CreateLogger("CreditSystem.VaultProxy").IsEnabled(LogLevel.Critical));
            Line(lines.CreateLogger("CreditSystem.VaultProxy"), "GET", "kv", "READ", 200, 1, TokenId.None);
        }

        Assert.Empty(output.ToArray());
    }

    [Fact]
    public void Holds_no_more_than_its_limit_when_nobody_writes()
    {
        using var output = new MemoryStream();
        using var lines = new AccessLines(output, Category, TimeProvider.System);
        var logger = lines.CreateLogger(Category);

        for (var i = 0; i < 30_000; i++)
            Line(logger, "GET", "kv", "READ", 200, 1.5, TokenId.None);

        Assert.InRange(output.Length, 4 * 1024 * 1024, 9 * 1024 * 1024);
    }

    [Fact]
    public void Goes_on_where_nobody_reads_the_output_any_more()
    {
        using var lines = new AccessLines(new Closed(), Category, TimeProvider.System);
        var logger = lines.CreateLogger(Category);

        for (var i = 0; i < 30_000; i++)
            Line(logger, "GET", "kv", "READ", 200, 1.5, TokenId.None);
    }

    [LoggerMessage(7, LogLevel.Information, "{Method} {MountClass} {Operation} {Status} {Milliseconds} {Caller}")]
    private static partial void Line(ILogger logger, string method, string mountClass, string operation, int status, double milliseconds, TokenId caller);

    /// <summary>The other end of a pipe that has gone.</summary>
    private sealed class Closed : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }
}
