using CreditSystem.AppHost.Hosting;
using CreditSystem.AppHost.Hosting.Launch;
using CreditSystem.AppHost.Hosting.Servers;
using CreditSystem.AppHost.Hosting.Terminal;
using CreditSystem.AppHost.Hosting.Vault;
using CreditSystem.AppHost.Kubernetes;

if (await KubernetesCommand.TryRunAsync(args) is { } kubernetesExitCode)
    return kubernetesExitCode;
if (LaunchOptions.TryParse(args, Console.Out, Console.Error, out var usageExitCode) is not { } launch)
    return usageExitCode;

var builder = DistributedApplication.CreateBuilder(launch.ForBuilder());
if (await builder.FindObstacleAsync(launch) is { } obstacle)
{
    await Console.Error.WriteLineAsync(obstacle);
    return 1;
}

// Servers: containers where a container runtime answers, processes of our own where none does.
var servers = await ServerMode.ChooseAsync(builder, launch);

var mongodb = builder.AddMongoDB("mongodb").WithDataVolume("credit-system-mongodb");
var database = mongodb.AddDatabase("credit-system", "credit_system");
var mongodbServer = mongodb.RunAsProcess<Projects.CreditSystem_Dev_Mongo>(servers, "MONGO_PORT",
    healthCheck: new MongoDBHealthCheck(mongodb.Resource));

var redis = builder.AddRedis("redis").WithDataVolume("credit-system-redis").WithPersistence();
var redisServer = redis.RunAsProcess<Projects.CreditSystem_Dev_Redis>(servers, "REDIS_PORT",
    healthCheck: new RedisHealthCheck(redis.Resource));

var vault = builder.AddVault("vault").PublishAsAddress("vault-address");
var vaultServer = vault.RunAsServer<Projects.CreditSystem_Dev_Vault>(servers, launch);

// Payments: a provider of our own that speaks Stripe's API, unless --stripe real.
var payments = builder.AddPaymentProvider<Projects.CreditSystem_Dev_Stripe>(launch);

// Makes the users, the secrets, the policies and the AppRole: nothing else ever holds an administrator's credentials.
var bootstrap = builder.AddVaultBootstrap<Projects.CreditSystem_Cli>("vault-bootstrap", vault, servers)
    .WithReference(database, connectionName: "mongodb").WaitFor(mongodbServer)
    .WithReference(redis).WaitFor(redisServer)
    .WaitFor(vaultServer)
    .WithCertificates(launch)
    .WithSecretsOf(payments, launch);

// Services: addresses from here, credentials from Vault alone.
var vaultProxy = builder.AddProject<Projects.CreditSystem_VaultProxy>("vault-proxy")
    .WithServiceEndpoint(launch.VaultProxyPort, publishedPort: 8200)
    .WithManagementEndpoint(publishedPort: 8201)
    .WithEnvironment("VaultProxy__Upstreams__0", vault.Resource.AddressExpression)
    .WithServerCertificate(launch, bootstrap)
    .WithServiceHealthCheck()
    .WaitFor(vaultServer);

var api = builder.AddReplicas<Projects.CreditSystem_Api>("api", launch, (replica, port) => replica
    .WithServiceEndpoint(port).WithExternalHttpEndpoints()
    .WithManagementEndpoint(publishedPort: 8081)
    .WithEnvironment("VAULT_ADDR", vaultProxy.GetEndpoint("http"))
    .WithAppRole(bootstrap).WithIssuedCertificate(launch)
    .WithOpenRegistration()
    .WithLocalWebhookReceivers()
    .WithPaymentsThrough(payments)
    .WithReference(vaultProxy).WaitFor(vaultProxy)
    // Vault tells it where these are, so that only the graph needs to know.
    .WithReferenceRelationship(mongodbServer).WithReferenceRelationship(redisServer)
    .WithServiceHealthCheck()
    .WithUrlForEndpoint("http", _ => new() { Url = "/docs", DisplayText = "Documentation" })
    .WithLedgerCommands());
payments.WithNoticesTo(api, launch);

// Buttons of the dashboard: rotate the secret_id (also every twelve hours), renew the proxy's certificate (every hour), demonstrate.
var rotation = builder.AddSecretIdRotation<Projects.CreditSystem_Cli>("vault-rotation", vault, bootstrap, api);
builder.AddCertificateRenewal<Projects.CreditSystem_Cli>("certificate-renewal", vault, bootstrap, launch);
builder.AddDemonstration<Projects.CreditSystem_Dev_Traffic>("demo-traffic", launch, api, vaultServer, rotation);

builder.AddKubernetesStep();
builder.UseBuiltProjects();
builder.UseFrequentHealthChecks();
builder.AddConsole(api, vaultProxy, launch);

return await builder.Build().RunToEndAsync();
