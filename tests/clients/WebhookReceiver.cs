using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

/// <summary>What the C# programs share: a receiver of webhooks, which verifies them, and checks that end the program.</summary>
internal sealed class WebhookReceiver : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly BlockingCollection<(string Id, string Timestamp, string Signature, string Body)> received = [];

    public WebhookReceiver()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/hook/");
        probe.Stop();
        listener.Prefixes.Add(Address);
        listener.Start();
        _ = Task.Run(TakeAsync);
    }

    public string Address { get; }

    public static void Check<T>(string what, T actual, T expected)
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected))
            throw new InvalidOperationException($"{what}: {actual} is not {expected}");
    }

    /// <summary>The type of the next event, once its signature is found good.</summary>
    public string TypeOfNext(string secret)
    {
        var (id, timestamp, signature, body) = received.Take();
        var expected = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"));
        if (!CryptographicOperations.FixedTimeEquals(expected, Convert.FromBase64String(signature.Split(' ')[0]["v1,".Length..])))
            throw new InvalidOperationException("The signature is not good.");
        return (string)JsonNode.Parse(body)!["type"]!;
    }

    public void Dispose() => listener.Close();

    private async Task TakeAsync()
    {
        while (listener.IsListening)
        {
            var context = await listener.GetContextAsync();
            using var reader = new StreamReader(context.Request.InputStream);
            var headers = context.Request.Headers;
            received.Add((headers["webhook-id"]!, headers["webhook-timestamp"]!, headers["webhook-signature"]!, await reader.ReadToEndAsync()));
            context.Response.StatusCode = 204;
            context.Response.Close();
        }
    }
}
