using CreditSystem.Dev.Vault.Leases;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>What is behind a mount: its paths, and what becomes of its leases. One request at a time.</summary>
internal abstract class Backend : IDisposable
{
    private readonly List<Route> _routes = [];

    /// <summary>Held while a request, a lease or a rotation of this mount is worked on.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public Route? Find(string path, Call call)
    {
        foreach (var route in _routes)
        {
            if (!route.Pattern.TryMatch(path, out var parameters))
                continue;
            call.Bind(parameters);
            return route;
        }

        return null;
    }

    /// <summary>What is answered below the mount where no route is.</summary>
    public virtual Reply Unknown(Call call) => Reply.Fail(StatusCodes.Status404NotFound, "1 error occurred:\n\t* unsupported path\n\n");

    /// <summary>Whether the lease may be renewed for <paramref name="ttl"/>; throws where what it stands for is gone.</summary>
    public virtual Task RenewLeaseAsync(LeaseEntry lease, TimeSpan ttl) => Task.CompletedTask;

    public virtual Task RevokeLeaseAsync(LeaseEntry lease) => Task.CompletedTask;

    /// <summary>Called every second, and when the clock has been moved.</summary>
    public virtual Task TickAsync() => Task.CompletedTask;

    public virtual void Dispose()
    {
        Gate.Dispose();
        GC.SuppressFinalize(this);
    }

    protected Route Map(string pattern)
    {
        var route = new Route(pattern);
        _routes.Add(route);
        return route;
    }
}
