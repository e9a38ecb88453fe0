using System.Net;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Api.Webhooks;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Webhooks;

public sealed class PublicAddressTests(MongoServer mongo, RedisServer redis)
{
    [Theory]
    [InlineData("10.0.0.1"), InlineData("172.16.5.4"), InlineData("192.168.1.1"), InlineData("127.0.0.1"), InlineData("169.254.169.254")]
    [InlineData("100.64.0.1"), InlineData("0.0.0.0"), InlineData("224.0.0.1"), InlineData("255.255.255.255"), InlineData("198.18.0.1")]
    [InlineData("::1"), InlineData("::"), InlineData("fe80::1"), InlineData("fd00::1"), InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1"), InlineData("::ffff:10.0.0.1"), InlineData("64:ff9b::7f00:1"), InlineData("2002:7f00:1::")]
    public void Refuses_addresses_that_lead_inside(string address) => Assert.False(PublicAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1"), InlineData("8.8.8.8"), InlineData("172.32.0.1"), InlineData("2606:4700::1111"), InlineData("::ffff:8.8.8.8")]
    public void Admits_addresses_of_the_internet(string address) => Assert.True(PublicAddresses.Contains(IPAddress.Parse(address)));

    [Fact]
    public async Task Judges_the_address_when_it_connects_whatever_the_name_says()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var handler = new SocketsHttpHandler { ConnectCallback = PublicAddresses.ConnectAsync };
        using var client = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, receiver.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Empty(receiver.Received);
    }

    [Theory]
    [InlineData("https://localhost/hook"), InlineData("https://127.0.0.1/hook"), InlineData("https://[::1]/hook"), InlineData("https://10.1.2.3/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data"), InlineData("http://example.org/hook"), InlineData("ftp://example.org/hook")]
    [InlineData("https://user:pass@example.org/hook"), InlineData("/hook"), InlineData("https://2130706433/hook")]
    public async Task Refuses_an_endpoint_that_is_not_public(string url)
    {
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());
        var owner = await host.OpenTenantAsync();

        var refused = await owner.Client.PostAsync("/v1/webhook-endpoints", new { url });

        Assert.Equal((400, "invalid_url"), (refused.Status, refused.Code));
    }
}
