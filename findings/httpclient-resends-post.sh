#!/usr/bin/env bash
# System.Net.Http of .NET 10: a POST without a body is sent up to four times for one call.
#
# Where the server closes the connection before it has answered, as one does that is killed while it works, SocketsHttpHandler sends the
# request again by itself, three times, whatever its verb, as long as none of its content was on the way: a POST whose Content is null (to
# cancel, confirm, rotate or renew something) is carried out as often as it arrives, and its caller sees one answer and no exception. A
# DelegatingHandler above it, and so a log, a metric or a retry policy, sees one request. The same POST with a body, and be it an empty
# one, is sent once and ends in HttpRequestException.
#
# RFC 9110 (9.2.2) lets a client repeat by itself what is idempotent, or known not to have been applied. The documentation of HttpClient
# does not mention that it repeats anything; dotnet/runtime#86714, open, does.
#
# To be sent once, give a POST a body (new ByteArrayContent([])), or an Idempotency-Key that the server heeds.
#
# The server counts the requests that it has read whole. "killed once": it closes the first connection without an answer, and answers
# after that. "killed each time": it closes every one.
#
# Seen (.NET 10.0.12):
#   killed once: POST without content: 201, processed 2 times, seen by a DelegatingHandler 1
#   killed each time: POST without content: HttpRequestException, processed 4 times, seen by a DelegatingHandler 1
#   killed each time: POST with empty content: HttpRequestException, processed 1 times, seen by a DelegatingHandler 1
#   killed each time: DELETE without content: HttpRequestException, processed 4 times, seen by a DelegatingHandler 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >run.csproj <<'EOF2'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable>
  </PropertyGroup>
</Project>
EOF2
cat >Program.cs <<'EOF2'
using System.Net;
using System.Net.Sockets;

using var once = new Server(deaths: 1);
await CallAsync("killed once", once, HttpMethod.Post, null);
using var always = new Server(deaths: int.MaxValue);
await CallAsync("killed each time", always, HttpMethod.Post, null);
await CallAsync("killed each time", always, HttpMethod.Post, new ByteArrayContent([]));
await CallAsync("killed each time", always, HttpMethod.Delete, null);

static async Task CallAsync(string when, Server server, HttpMethod method, HttpContent? content)
{
    var above = new Counter { InnerHandler = new SocketsHttpHandler() };
    using var client = new HttpClient(above);
    string outcome;
    try
    {
        using var request = new HttpRequestMessage(method, $"{server.Url}holds/1/capture") { Content = content };
        using var answer = await client.SendAsync(request);
        outcome = $"{(int)answer.StatusCode}";
    }
    catch (HttpRequestException failed)
    {
        outcome = failed.GetType().Name;
    }
    var name = content is null ? "without content" : "with empty content";
    Console.WriteLine($"{when}: {method} {name}: {outcome}, processed {server.Take()} times, seen by a DelegatingHandler {above.Seen}");
}

sealed class Counter : DelegatingHandler
{
    public int Seen { get; private set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Seen++;
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>Reads the head of a request (none here has a body), counts it, and answers or closes.</summary>
sealed class Server : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private int deaths;
    private int processed;

    public Server(int deaths)
    {
        this.deaths = deaths;
        listener.Start();
        _ = AcceptAsync();
    }

    public string Url => $"http://{listener.LocalEndpoint}/";

    public int Take() => Interlocked.Exchange(ref processed, 0);

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            using var connection = await listener.AcceptTcpClientAsync();
            using var stream = connection.GetStream();
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }
            Interlocked.Increment(ref processed);
            if (deaths-- > 0)
                continue;
            await stream.WriteAsync("HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        }
    }
}
EOF2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
seen=$(dotnet run -c Release -v q)
echo "$seen"
[ "$seen" = 'killed once: POST without content: 201, processed 2 times, seen by a DelegatingHandler 1
killed each time: POST without content: HttpRequestException, processed 4 times, seen by a DelegatingHandler 1
killed each time: POST with empty content: HttpRequestException, processed 1 times, seen by a DelegatingHandler 1
killed each time: DELETE without content: HttpRequestException, processed 4 times, seen by a DelegatingHandler 1' ]
