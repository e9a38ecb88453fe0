using CreditSystem.ServiceDefaults.Http;

namespace CreditSystem.Bench.Proxy;

/// <summary>
/// What is compared. The proxies share processor 0, one at a time, with one worker each; the load and the upstream, an nginx
/// that answers from its configuration, have processor 1. Both proxies keep connections to the upstream and write an access log.
/// </summary>
internal static class Servers
{
    internal const string Path = "/v1/secret/data/credit-system/app";

    private const string Secret =
        """{"request_id":"2b7e1c6e-5a54-4d3e-9c2f-6d8a0c9e7f11","lease_id":"","renewable":false,"lease_duration":0,"data":{"data":{"connection_string":"mongodb://mongodb:27017/?replicaSet=rs0","database_name":"credit_system","password":"0123456789abcdef0123456789abcdef","user":"credit"},"metadata":{"created_time":"2026-01-01T00:00:00.000000000Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}},"wrap_info":null,"warnings":null,"auth":null,"mount_type":"kv"}""";

    /// <summary>What the cache asks with a token's first read: one that lives, and whose uses are not counted.</summary>
    private const string Token = """{"data":{"ttl":3600,"num_uses":0,"expire_time":"2100-01-01T00:00:00Z"}}""";

    internal static async Task<Server> StartUpstreamAsync(string folder, CancellationToken cancellationToken)
    {
        var port = Tool.FreePort();
        var server = $$"""
            access_log off;
            server { listen 127.0.0.1:{{port}}; location = /v1/auth/token/lookup-self { default_type application/json; return 200 '{{Token}}'; } location / { default_type application/json; add_header Cache-Control no-store; return 200 '{{Secret}}'; } }
            """;
        return await StartNginxAsync("upstream", port, 1, folder, server, Path, cancellationToken);
    }

    internal static Task<Server> StartNginxAsync(string folder, int upstream, CancellationToken cancellationToken)
    {
        var port = Tool.FreePort();
        var server = $$"""
            access_log access.log;
            upstream vault { server 127.0.0.1:{{upstream}}; keepalive 64; keepalive_requests 1000000000; }
            server { listen 127.0.0.1:{{port}}; location / { proxy_pass http://vault; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $remote_addr; } }
            """;
        return StartNginxAsync("nginx", port, 0, folder, server, Path, cancellationToken);
    }

    internal static Task<Server> StartProxyAsync(string name, string folder, int upstream, bool cache, CancellationToken cancellationToken)
    {
        var port = Tool.FreePort();
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["DOTNET_PROCESSOR_COUNT"] = "1",
            ["VaultProxy__Upstreams__0"] = $"http://127.0.0.1:{upstream}",
            // All requests of the load are of one token.
            ["VaultProxy__RateLimits__RequestsPerSecond"] = "1000000",
            ["VaultProxy__RateLimits__Burst"] = "1000000",
            ["VaultProxy__Drain__DelaySeconds"] = "0",
        };
        if (cache)
            environment["VaultProxy__Cache__Prefixes__0"] = "secret/credit-system";
        var command = $"dotnet '{System.IO.Path.Combine(AppContext.BaseDirectory, "CreditSystem.VaultProxy.dll")}'";
        return Server.StartAsync(name, port, 0, System.IO.Path.Combine(folder, $"{name}.log"), command, environment, ProbePaths.Alive, cancellationToken);
    }

    internal static Task<Server> StartYarpAsync(string folder, int upstream, CancellationToken cancellationToken)
    {
        var port = Tool.FreePort();
        var environment = new Dictionary<string, string> { ["DOTNET_ENVIRONMENT"] = "Production", ["DOTNET_PROCESSOR_COUNT"] = "1" };
        var bench = System.IO.Path.Combine(AppContext.BaseDirectory, "CreditSystem.Bench.dll");
        var command = $"dotnet '{bench}' bare-yarp --port {port} --upstream {upstream}";
        return Server.StartAsync("YARP", port, 0, System.IO.Path.Combine(folder, "yarp.log"), command, environment, Path, cancellationToken);
    }

    private static async Task<Server> StartNginxAsync(string name, int port, int processor, string folder, string http, string probe, CancellationToken cancellationToken)
    {
        var home = Directory.CreateDirectory(System.IO.Path.Combine(folder, name)).FullName;
        await File.WriteAllTextAsync(System.IO.Path.Combine(home, "nginx.conf"), $$"""
            worker_processes 1; pid nginx.pid; error_log error.log; daemon off;
            events { worker_connections 1024; }
            http {
              client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
              keepalive_requests 1000000000; tcp_nodelay on;
              {{http}}
            }
            """, cancellationToken);
        return await Server.StartAsync(name, port, processor, System.IO.Path.Combine(home, "out.log"), $"{Tool.Find("nginx")} -e error.log -p '{home}' -c nginx.conf", new Dictionary<string, string>(), probe, cancellationToken);
    }
}
