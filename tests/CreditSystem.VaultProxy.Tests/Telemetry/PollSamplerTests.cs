using CreditSystem.ServiceDefaults.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.VaultProxy.Tests.Telemetry;

public sealed class PollSamplerTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Lets_one_line_of_each_poll_through_in_a_minute()
    {
        var sampler = new PollSampler(_time);

        Assert.True(sampler.IsWorthALine("/health", 200));
        Assert.True(sampler.IsWorthALine("/ready", 200));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(sampler.IsWorthALine("/health", 200));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(sampler.IsWorthALine("/health", 200));
        Assert.False(sampler.IsWorthALine("/health", 200));
    }

    [Fact]
    public void Lets_every_change_through_at_once()
    {
        var sampler = new PollSampler(_time);

        Assert.Equal([true, false, true, false, true], new[] { 200, 200, 503, 503, 200 }.Select(status => sampler.IsWorthALine("/health", status)));
    }
}
