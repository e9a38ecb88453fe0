using CreditSystem.ServiceDefaults;
using CreditSystem.Testing;
using Microsoft.Extensions.Configuration;

namespace CreditSystem.Api.Tests.Observability;

public sealed class ServiceIdentityTests
{
    [Theory]
    [InlineData("CreditSystem.Api", "api")]
    [InlineData("CreditSystem.VaultProxy", "vault-proxy")]
    [InlineData("CreditSystem.Dev.Traffic", "dev-traffic")]
    [InlineData("somebody", "somebody")]
    public void A_service_is_named_as_its_image(string application, string expected) => Assert.Equal(expected, ServiceIdentity.NameOf(application));

    [Theory]
    [InlineData("0.1.0+0123456789abcdef", "0.1.0", "0123456789ab")]
    [InlineData("0.1.0", "0.1.0", "unknown")]
    public void Its_version_is_the_releases(string informational, string version, string revision) =>
        Assert.Equal((version, revision), ServiceIdentity.Parse(informational));

    [Fact]
    public void The_environment_may_name_it_otherwise() =>
        Assert.Equal("ledger-eu", ServiceIdentity.From("CreditSystem.Api", new ConfigurationBuilder().AddInMemoryCollection([new("OTEL_SERVICE_NAME", "ledger-eu")]).Build()).Name);

    [Fact]
    public async Task A_scrape_says_which_instance_of_which_version_of_what_it_is_of()
    {
        await using var host = await ObservedLedger.StartAsync();

        var scrape = await Scrape.OfAsync(host.Client());

        var target = Assert.Single(scrape.Of("target_info"));
        Assert.Equal(("credit-system", "api-tests"), (target.Labels["service_namespace"], target.Labels["service_name"]));
        Assert.Matches(@"^\d+\.\d+\.\d+", target.Labels["service_version"]);
        Assert.Equal($"{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}", target.Labels["service_instance_id"]);
        // Other tests' hosts in this process are heard as well: a meter belongs to the process.
        Assert.Contains(
            (target.Labels["service_name"], target.Labels["service_version"]),
            scrape.Of("credit_system_build_info").Select(info => (info.Labels["service"], info.Labels["version"])));
    }
}
