using System.Collections.Concurrent;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Http;

namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>The commands at a standby, as one of three nodes of OpenBao answers: it knows a moment later what the active node has written.</summary>
public sealed class StandbyTests(VaultServer vaults)
{
    private const string Behind = """{"errors":[]}""";

    private static readonly (int Status, string Body)[] Passing =
    [
        (404, """{"errors":["no handler for route \"secret/data/x\". route entry not found."]}"""),
        (400, """{"errors":["Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service shortly."]}"""),
        (400, """{"errors":["Waiting for the primary to upgrade from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service when the primary is finished."]}"""),
        (429, Behind),
        (500, """{"errors":["local node not active but active cluster node not found"]}"""),
        (412, """{"errors":["required index state not present"]}"""),
    ];

    [Fact]
    public async Task The_first_bootstrap_and_a_rotation_repeat_what_a_standby_cannot_answer_yet()
    {
        using var standby = new Standby(await VaultFront.StartAsync(await vaults.GetInstanceAsync()));
        using var role = await RotatedRole.CreateAsync(vaults, standby.Front.Address);

        var (exitCode, output) = await role.RotateAsync();

        Assert.True(exitCode == 0, output);
        Assert.Equal(Passing.Length, standby.Given.Distinct().Count());
        Assert.Equal(0, standby.WithoutIndex);
        Assert.True(standby.WithIndex > 10, $"{standby.WithIndex}");
    }

    /// <summary>A standby that does not forward names the active node, which has just been killed: nobody listens there.</summary>
    [Fact]
    public async Task A_redirect_is_followed_and_one_to_a_node_that_has_ended_is_asked_again()
    {
        await using var active = await VaultFront.StartAsync(await vaults.GetInstanceAsync());
        await using var standby = await VaultFront.StartAsync(await vaults.GetInstanceAsync());
        var dead = new Uri($"http://127.0.0.1:{FreePort.Take()}");
        var redirects = 0;
        standby.Instead = context =>
        {
            if (context.Request.Method != "POST")
                return null;
            context.Response.Headers.Location = $"{new Uri(redirects++ == 0 ? dead : active.Address, context.Request.Path.Value!)}";
            return (307, "");
        };

        using var role = await RotatedRole.CreateAsync(vaults, standby.Address);
        var (exitCode, output) = await role.RotateAsync();

        Assert.True(exitCode == 0, output);
        Assert.NotEmpty(active.Writes);
        Assert.Equal(standby.Writes.Count(), active.Writes.Count() + 1);
    }

    /// <summary>Each of the passing answers in turn, before the real one; and every write gets an index, which later requests have to bring along.</summary>
    private sealed class Standby : IDisposable
    {
        private readonly ConcurrentDictionary<string, int> seen = new();
        private int next;
        private int index;

        public Standby(VaultFront front)
        {
            Front = front;
            front.Instead = Answer;
            front.Besides = context =>
            {
                if (context.Request.Method == "POST" && context.Response.StatusCode < 300)
                    context.Response.Headers["X-Vault-Index"] = $"v1:{Interlocked.Increment(ref index)}";
            };
        }

        public VaultFront Front { get; }

        public ConcurrentQueue<int> Given { get; } = [];

        public int WithIndex { get; private set; }

        public int WithoutIndex { get; private set; }

        public void Dispose() => Front.DisposeAsync().AsTask().GetAwaiter().GetResult();

        private (int, string)? Answer(HttpContext context)
        {
            if (context.Request.Path == "/v1/sys/health")
                return (429, "{}");
            Count(context);
            // Once for each thing that is asked, so that every kind of request meets one.
            if (next >= 3 * Passing.Length || !seen.TryAdd($"{context.Request.Method} {context.Request.Path}", 0))
                return null;
            var which = next++ % Passing.Length;
            Given.Enqueue(which);
            if (Passing[which].Body == Behind)
                context.Response.Headers.RetryAfter = "1";
            return Passing[which];
        }

        private void Count(HttpContext context)
        {
            var sent = $"{context.Request.Headers["X-Vault-Index"]}";
            if (index == 0 || context.Request.Path.StartsWithSegments("/v1/auth/approle/login"))
                return;
            if (sent.StartsWith("v1:", StringComparison.Ordinal))
                WithIndex++;
            else
                WithoutIndex++;
        }
    }
}
