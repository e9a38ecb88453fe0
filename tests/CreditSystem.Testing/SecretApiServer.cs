using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Testing;

/// <summary>What happens to a request instead of, or after, what should happen.</summary>
internal enum ApiFault
{
    None,
    Forbidden,
    Unavailable,

    /// <summary>The connection ends before anything was done.</summary>
    Broken,

    /// <summary>It is done, and the answer gets lost.</summary>
    AnswerLost,

    /// <summary>It is done, and no answer ever comes.</summary>
    Timeout,

    /// <summary>It is done, and half of the answer comes.</summary>
    HalfAnswered,

    /// <summary>The service account's token has expired.</summary>
    Unauthorized,

    /// <summary>The Secret is immutable, or its data no data.</summary>
    Invalid,
}

/// <summary>
/// The Kubernetes API server as it behaves for Secrets, over HTTPS: bearer tokens, a resourceVersion that every write
/// changes, merge patches that are applied whole or refused (409), Status objects for errors.
/// </summary>
internal sealed class SecretApiServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;
    private readonly ConcurrentDictionary<string, JsonObject> secrets = new();
    private readonly Lock gate = new();
    private readonly string token = RandomNumberGenerator.GetHexString(32);
    private int version = 41;

    private SecretApiServer(WebApplication app, X509Certificate2 certificate) => (this.app, this.certificate) = (app, certificate);

    /// <summary>The one that the API mounts.</summary>
    public JsonObject? Secret => secrets.GetValueOrDefault("vault-approle-creds");

    /// <summary>The names of all that are there.</summary>
    public IEnumerable<string> Names => secrets.Keys.Order(StringComparer.Ordinal);

    /// <summary>Asked for each request, by its method.</summary>
    public Func<string, ApiFault> Fault { get; set; } = _ => ApiFault.None;

    /// <summary>Runs before a patch is looked at, as somebody else's write would.</summary>
    public Action BeforePatch { get; set; } = () => { };

    public int Patches { get; private set; }

    /// <summary>Of kube-system: what tells one cluster from another.</summary>
    public string Uid { get; } = $"{Guid.NewGuid()}";

    /// <summary>The Job's Role lets it see the Secrets of its own namespace and nothing else.</summary>
    public bool MayReadNamespaces { get; set; } = true;

    public string? AnnotationOf(string name, string annotation) => (string?)secrets[name]["metadata"]!["annotations"]?[annotation];

    public void Delete(string name) => secrets.TryRemove(name, out _);

    public string SecretId => ValueOf("vault-approle-creds", "secret_id");

    public string ValueOf(string name, string key) => Encoding.UTF8.GetString(Convert.FromBase64String((string)secrets[name]["data"]![key]!));

    public static async Task<SecretApiServer> StartAsync()
    {
        var certificate = CreateCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.Logging.ClearProviders();
        var server = new SecretApiServer(builder.Build(), certificate);
        server.app.Run(server.AnswerAsync);
        await server.app.StartAsync();
        return server;
    }

    public void Create(string name, string roleId, string secretId) =>
        Create(name, new Dictionary<string, string> { ["role_id"] = roleId, ["secret_id"] = secretId });

    public void Create(string name, IReadOnlyDictionary<string, string> data) => secrets[name] = new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "credit-system", ["resourceVersion"] = $"{version}", ["uid"] = $"{Guid.NewGuid()}" },
        ["data"] = new JsonObject(data.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Encode(pair.Value)))),
    };

    /// <summary>A write of somebody else.</summary>
    public void Touch(Action<JsonObject> change)
    {
        lock (gate)
        {
            change(Secret!);
            Secret!["metadata"]!["resourceVersion"] = $"{++version}";
        }
    }

    public static string Encode(string value) => Convert.ToBase64String(Encoding.UTF8.GetBytes(value));

    public async Task<string> WriteKubeconfigAsync(string path)
    {
        await File.WriteAllTextAsync(path, $$"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: test
              cluster:
                server: {{app.Urls.Single()}}
                certificate-authority-data: {{Encode(certificate.ExportCertificatePem())}}
            users:
            - name: rotation
              user:
                token: {{token}}
            contexts:
            - name: test
              context: { cluster: test, user: rotation }
            current-context: test
            """);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var body = request.Method is "PATCH" or "POST" ? (JsonObject)(await JsonNode.ParseAsync(request.Body))! : [];
        var fault = Fault(request.Method);
        if (fault == ApiFault.Broken)
        {
            context.Abort();
            return;
        }

        var (status, answer) = fault switch
        {
            ApiFault.Forbidden => (403, Status(403, "Forbidden", "secrets \"vault-approle-creds\" is forbidden: User \"system:serviceaccount:credit-system:other\" cannot patch resource \"secrets\"")),
            ApiFault.Unavailable => (503, Status(503, "ServiceUnavailable", "the server is currently unable to handle the request")),
            ApiFault.Unauthorized => (401, Status(401, "Unauthorized", "Unauthorized")),
            ApiFault.Invalid => (422, Invalid(body)),
            _ => Answer(request, body),
        };
        if (fault == ApiFault.AnswerLost)
        {
            context.Abort();
            return;
        }

        if (fault == ApiFault.Timeout)
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        context.Response.StatusCode = status;
        if (fault == ApiFault.HalfAnswered)
        {
            await HalfAnswerAsync(context, answer);
            return;
        }

        await context.Response.WriteAsJsonAsync(answer);
    }

    private static async Task HalfAnswerAsync(HttpContext context, JsonNode answer)
    {
        var text = answer.ToJsonString();
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = text.Length;
        await context.Response.WriteAsync(text[..(text.Length / 2)]);
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>As the real server puts it: it repeats what it was sent.</summary>
    private static JsonObject Invalid(JsonObject body)
    {
        var status = Status(422, "Invalid", $"Secret is invalid: data: Forbidden: field is immutable: {body["data"]}");
        status["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "FieldValueForbidden", ["message"] = $"{body["data"]}", ["field"] = "data" }) };
        return status;
    }

    private (int, JsonNode) Answer(HttpRequest request, JsonObject body)
    {
        if (request.Headers.Authorization != $"Bearer {token}")
            return (401, Status(401, "Unauthorized"));
        if (request.Path == "/api/v1/namespaces/kube-system")
        {
            return MayReadNamespaces
                ? (200, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = "kube-system", ["uid"] = Uid } })
                : (403, Status(403, "Forbidden"));
        }

        lock (gate)
        {
            const string All = "/api/v1/namespaces/credit-system/secrets";
            if (request.Method == "POST" && request.Path == All)
                return Create(body);
            if (!request.Path.StartsWithSegments(All, out var rest) || !secrets.TryGetValue($"{rest}".TrimStart('/'), out var secret))
                return (404, Status(404, "NotFound"));
            return request.Method switch
            {
                "GET" => (200, secret.DeepClone()),
                "PATCH" when request.ContentType?.StartsWith("application/merge-patch+json", StringComparison.Ordinal) == true => Patch(secret, body),
                "PATCH" => (415, Status(415, "UnsupportedMediaType")),
                _ => (405, Status(405, "MethodNotAllowed")),
            };
        }
    }

    private (int, JsonNode) Create(JsonObject body)
    {
        var name = (string)body["metadata"]!["name"]!;
        if (secrets.ContainsKey(name))
            return (409, Status(409, "AlreadyExists"));
        var made = (JsonObject)body.DeepClone();
        made["metadata"]!["namespace"] = "credit-system";
        made["metadata"]!["uid"] = $"{Guid.NewGuid()}";
        made["metadata"]!["resourceVersion"] = $"{++version}";
        secrets[name] = made;
        return (201, made.DeepClone());
    }

    private (int, JsonNode) Patch(JsonObject secret, JsonObject patch)
    {
        BeforePatch();
        Patches++;
        if ((string?)patch["metadata"]?["resourceVersion"] is { } expected && expected != (string?)secret["metadata"]!["resourceVersion"])
            return (409, Status(409, "Conflict"));
        Merge(secret, patch);
        secret["metadata"]!["resourceVersion"] = $"{++version}";
        return (200, secret.DeepClone());
    }

    // RFC 7396.
    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
                target.Remove(key);
            else if (value is JsonObject part)
                Merge(target[key] as JsonObject ?? (JsonObject)(target[key] = new JsonObject()), part);
            else
                target[key] = value.DeepClone();
        }
    }

    private static JsonObject Status(int code, string reason, string? message = null) =>
        new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["reason"] = reason, ["message"] = message ?? reason, ["code"] = code };

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kubernetes", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
