using CreditSystem.Testing;

namespace CreditSystem.Tests.Observability;

public sealed class LogEventTests
{
    [Fact]
    public async Task The_documented_events_are_those_that_the_services_log()
    {
        var path = Repository.PathOf("docs", "log-events.md");
        var written = LogEventTable.Write();
        if (Environment.GetEnvironmentVariable("CREDIT_SYSTEM_WRITE_DOCS") == "1")
            await File.WriteAllTextAsync(path, written, TestContext.Current.CancellationToken);

        Assert.Equal(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), written);
    }

    [Fact]
    public void No_service_uses_an_event_id_twice()
    {
        var twice = LogEventTable.All.GroupBy(item => (Service: ServiceOf(item.Area), item.Id)).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key.Service} {group.Key.Id}: {string.Join(", ", group.Select(item => $"{item.Area}.{item.Name}"))}");

        Assert.Empty(twice);
    }

    [Fact]
    public void Every_event_has_an_id_and_names_no_secret()
    {
        Assert.NotEmpty(LogEventTable.All);
        Assert.All(LogEventTable.All, item =>
        {
            Assert.True(item.Id > 0, $"{item.Area}.{item.Name} has no id");
            Assert.DoesNotMatch("(?i)\\{(token|secret|secretid|password|key|body|connectionstring|authorization)\\}", item.Message);
        });
    }

    private static string ServiceOf(string area) => string.Join('.', area.Split('.').Take(2));
}
