using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CreditSystem.Testing.Servers;

/// <summary>
/// Ports for servers that are started a moment later. A port that the system itself hands out may be taken meanwhile, by another
/// connection even: these are outside of that range, and each is given to one process of tests and once.
/// </summary>
internal static class FreePort
{
    private const int Last = IPEndPoint.MaxPort;

    private static readonly int First = Math.Min(LastOfSystem() + 1, Last - 1000);

    // What is held is the name: the kernel lets it go with the process, however that ends.
    private static readonly List<Socket> Held = [];

    public static int Take()
    {
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            if (TryHold(port) && IsUnused(port))
                return port;
        }
        throw new InvalidOperationException($"No port from {First} to {Last} is free.");
    }

    private static bool TryHold(int port)
    {
        var name = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            name.Bind(new UnixDomainSocketEndPoint($"\0credit-system-test-port-{port}"));
        }
        catch (SocketException)
        {
            name.Dispose();
            return false;
        }

        lock (Held)
            Held.Add(name);
        return true;
    }

    private static bool IsUnused(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.IPv6Any, port);
            listener.Server.DualMode = true;
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int LastOfSystem() =>
        int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t')[1], CultureInfo.InvariantCulture);
}
