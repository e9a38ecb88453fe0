using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Gives every endpoint its address. Nothing stands between a client and a process here: the process listens on the
/// port that clients use.
/// </summary>
internal static class EndpointAllocator
{
    internal static void Allocate(IEnumerable<IResource> resources, bool randomizePorts)
    {
        var endpoints = resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => (Resource: resource, Endpoint: endpoint)))
            .Where(pair => pair.Endpoint.AllocatedEndpoint is null).ToList();
        var free = FindFreePorts(endpoints.Count);
        foreach (var (resource, endpoint) in endpoints)
        {
            var listensElsewhere = resource is ContainerResource;
            var wanted = endpoint.Port ?? (listensElsewhere ? null : endpoint.TargetPort);
            var port = wanted is null || randomizePorts ? free.Dequeue() : wanted.Value;
            var targetPort = listensElsewhere ? endpoint.TargetPort ?? port : port;
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", port, targetPort.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>All at once, so that no port is given twice.</summary>
    private static Queue<int> FindFreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            return new Queue<int>(listeners.Select(listener =>
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }).ToList());
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
