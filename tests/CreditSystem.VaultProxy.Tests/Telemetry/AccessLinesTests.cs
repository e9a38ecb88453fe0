using System.Text.Json.Nodes;
using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy.Tests.Telemetry;

public sealed class AccessLinesTests
{
    [Fact]
    public async Task Writes_each_request_as_one_json_object_whoever_writes_at_once()
    {
        using var output = new MemoryStream();
        using (var lines = new AccessLines(output, TimeProvider.System))
        {
            await lines.StartAsync(TestContext.Current.CancellationToken);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
            {
                for (var i = 0; i < 1_000; i++)
                    lines.Add("GET", $"mount-{writer}", "READ", i, 1.5, TokenId.From("hvs.token-canary"));
            })));
            await lines.StopAsync(TestContext.Current.CancellationToken);
        }

        var text = System.Text.Encoding.UTF8.GetString(output.ToArray());
        var entries = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(8_000, entries.Select(entry => ((string)entry["State"]!["MountClass"]!, (int)entry["State"]!["Status"]!)).Distinct().Count());
        Assert.Equal(8_000, entries.Count);
        Assert.DoesNotContain("token-canary", text, StringComparison.Ordinal);
        var first = entries[0];
        Assert.Equal($"GET {first["State"]!["MountClass"]} READ {first["State"]!["Status"]} 1.5 {TokenId.From("hvs.token-canary")}", (string?)first["Message"]);
        Assert.Equal((1, "Information", "CreditSystem.VaultProxy.Telemetry.AccessLog"), ((int)first["EventId"]!, (string)first["LogLevel"]!, (string)first["Category"]!));
        Assert.EndsWith("Z", (string)first["Timestamp"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Holds_no_more_than_its_limit_when_nobody_writes()
    {
        using var output = new MemoryStream();
        using var lines = new AccessLines(output, TimeProvider.System);

        for (var i = 0; i < 30_000; i++)
            lines.Add("GET", "kv", "READ", 200, 1.5, TokenId.None);

        Assert.InRange(output.Length, 4 * 1024 * 1024, 9 * 1024 * 1024);
    }
}
