namespace CreditSystem.Tests.Deploy.Generator;

internal static class SampleManifest
{
    /// <summary>The system's topology, in the form in which Aspire 13.5 writes it.</summary>
    internal const string Json = """
        {
          "$schema": "https://json.schemastore.org/aspire-8.0.json",
          "resources": {
            "mongodb-password": {"type":"parameter.v0","value":"{mongodb-password.inputs.value}","inputs":{"value":{"type":"string","secret":true,"default":{"generate":{"minLength":22,"special":false}}}}},
            "redis-password": {"type":"parameter.v0","value":"{redis-password.inputs.value}","inputs":{"value":{"type":"string","secret":true,"default":{"generate":{"minLength":22,"special":false}}}}},
            "vault-address": {"type":"parameter.v0","value":"{vault-address.inputs.value}","inputs":{"value":{"type":"string"}}},
            "vault-role-id": {"type":"parameter.v0","value":"{vault-role-id.inputs.value}","inputs":{"value":{"type":"string","secret":true}}},
            "vault-secret-id": {"type":"parameter.v0","value":"{vault-secret-id.inputs.value}","inputs":{"value":{"type":"string","secret":true}}},
            "mongodb": {"type":"container.v0","connectionString":"mongodb://admin:{mongodb-password-uri-encoded.value}@{mongodb.bindings.tcp.host}:{mongodb.bindings.tcp.port}/?authSource=admin&authMechanism=SCRAM-SHA-256","image":"docker.io/library/mongo:8.3","volumes":[{"name":"credit-system-mongodb","target":"/data/db","readOnly":false}],"env":{"MONGO_INITDB_ROOT_USERNAME":"admin","MONGO_INITDB_ROOT_PASSWORD":"{mongodb-password.value}"},"bindings":{"tcp":{"scheme":"tcp","protocol":"tcp","transport":"tcp","targetPort":27017}}},
            "credit-system": {"type":"value.v0","connectionString":"mongodb://admin:{mongodb-password-uri-encoded.value}@{mongodb.bindings.tcp.host}:{mongodb.bindings.tcp.port}/credit_system?authSource=admin&authMechanism=SCRAM-SHA-256"},
            "redis": {"type":"container.v0","connectionString":"{redis.bindings.tcp.host}:{redis.bindings.tcp.port},password={redis-password.value}{cond-redis-bindings-tcp-tlsenabled-3eddb73a.connectionString}","image":"docker.io/library/redis:8.6","entrypoint":"/bin/sh","args":["-c","redis-server --requirepass $REDIS_PASSWORD --save 60 1"],"volumes":[{"name":"credit-system-redis","target":"/data","readOnly":false}],"env":{"REDIS_PASSWORD":"{redis-password.value}"},"bindings":{"tcp":{"scheme":"redis","protocol":"tcp","transport":"tcp","targetPort":6379}}},
            "vault-proxy": {"type":"project.v0","path":"CreditSystem.VaultProxy/CreditSystem.VaultProxy.csproj","env":{"OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY":"in_memory","ASPNETCORE_FORWARDEDHEADERS_ENABLED":"true","HTTP_PORTS":"{vault-proxy.bindings.http.targetPort};{vault-proxy.bindings.management.targetPort}","Management__Port":"{vault-proxy.bindings.management.targetPort}","VaultProxy__Upstreams__0":"{vault-address.value}"},"bindings":{"http":{"scheme":"http","protocol":"tcp","transport":"http","targetPort":8200},"management":{"scheme":"http","protocol":"tcp","transport":"http","targetPort":8201}}},
            "api": {"type":"project.v0","path":"CreditSystem.Api/CreditSystem.Api.csproj","env":{"OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY":"in_memory","ASPNETCORE_FORWARDEDHEADERS_ENABLED":"true","HTTP_PORTS":"{api.bindings.http.targetPort};{api.bindings.management.targetPort}","Management__Port":"{api.bindings.management.targetPort}","VAULT_ADDR":"{vault-proxy.bindings.http.url}","VAULT_ROLE_ID":"{vault-role-id.value}","VAULT_SECRET_ID":"{vault-secret-id.value}"},"bindings":{"http":{"scheme":"http","protocol":"tcp","transport":"http","external":true},"management":{"scheme":"http","protocol":"tcp","transport":"http","targetPort":8081}}},
            "mongodb-password-uri-encoded": {"type":"annotated.string","value":"{mongodb-password.value}","filter":"uri"},
            "cond-redis-bindings-tcp-tlsenabled-3eddb73a": {"type":"value.v0","connectionString":""}
          }
        }
        """;
}
