#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
// Receives webhooks: dotnet run examples/receiver.cs -- PORT SECRET
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

if (args is not [var port, var secret])
{
    Console.Error.WriteLine("usage: dotnet run examples/receiver.cs -- PORT SECRET");
    return 2;
}

var key = Convert.FromBase64String(secret["whsec_".Length..]);
var seen = new HashSet<string>();
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
var app = builder.Build();
app.MapPost("/{**any}", async (HttpRequest request) =>
{
    using var reader = new StreamReader(request.Body);
    var body = await reader.ReadToEndAsync();
    string id = request.Headers["webhook-id"].ToString(), at = request.Headers["webhook-timestamp"].ToString();
    var expected = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{at}.{body}"));
    var isSigned = request.Headers["webhook-signature"].ToString().Split(' ').Any(signature =>
        signature.Split(',') is ["v1", var text] && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(Convert.ToBase64String(expected))));
    var isRecent = long.TryParse(at, out var seconds) && Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) < 300;
    if (!isSigned || !isRecent)
        return Results.Unauthorized();

    // The same event may come more than once.
    lock (seen)
    {
        if (seen.Add(id) && JsonNode.Parse(body) is { } message)
            Console.WriteLine($"{message["type"]} {message["data"]?["transfer"]?["amount"]} {message["data"]?["transfer"]?["asset"]}");
    }

    return Results.NoContent();
});
app.Run($"http://localhost:{port}");
return 0;
