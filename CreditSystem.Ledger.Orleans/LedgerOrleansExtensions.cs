using System.Net;
using CreditSystem.Ledger.Orleans.Grains;
using CreditSystem.Ledger.Orleans.Membership;
using CreditSystem.Ledger.Orleans.Placement;
using CreditSystem.Ledger.Orleans.Status;
using CreditSystem.Ledger.Ownership;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace CreditSystem.Ledger.Orleans;

/// <summary>What a host adds so that its replicas share the partitions of one ledger.</summary>
public static class LedgerOrleansExtensions
{
    private const string ClusterId = "credit-system";
    private const int MissedProbes = 3;

    /// <summary>
    /// Makes the process a member of the cluster, where <see cref="ClusterOptions.Mode"/> says so. To be called after the ledger and its
    /// stores in MongoDB have been added: what is added last ends first, so partitions are handed over before the ledger stops.
    /// </summary>
    public static IHostApplicationBuilder AddLedgerCluster(this IHostApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(ClusterOptions.SectionName);
        builder.Services.AddOptionsWithValidateOnStart<ClusterOptions>().Bind(section).ValidateDataAnnotations();
        builder.Services.AddSingleton<LocalReplica>();
        builder.Services.AddSingleton(services => new ClusterStatusReader(
            services.GetRequiredService<CreditLedger>(), services.GetRequiredService<LocalReplica>(),
            services.GetService<ReplicaCaller>()));
        var options = section.Get<ClusterOptions>() ?? new ClusterOptions();
        if (options.Mode == ClusterMode.Single)
            return builder;
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        var certificates = builder.Services.LastOrDefault(service => service.ServiceType == typeof(ClusterCertificates))
            ?.ImplementationInstance as ClusterCertificates;
        builder.UseOrleans(silo => AddSilo(silo, options, certificates));
        builder.Services.AddSingleton<IOwnerTransport, OrleansOwnerTransport>();
        builder.Services.AddSingleton<ClusterView>();
        builder.Services.AddSingleton<ClusterMetrics>();
        builder.Services.AddSingleton<ReplicaCaller>();
        builder.Services.AddHostedService<PartitionBalancer>();
        return builder;
    }

    private static void AddSilo(ISiloBuilder silo, ClusterOptions options, ClusterCertificates? certificates)
    {
        var address = IPAddress.Parse(options.Address);
        silo.Configure<SiloOptions>(self => self.SiloName = options.Name);
        silo.ConfigureEndpoints(address, options.Port, gatewayPort: 0, listenOnAnyHostAddress: false);
        silo.Configure<global::Orleans.Configuration.ClusterOptions>(cluster =>
            (cluster.ClusterId, cluster.ServiceId) = (ClusterId, ClusterId));
        silo.Configure<ClusterMembershipOptions>(members => Configure(members, TimeSpan.FromMilliseconds(options.ProbeMilliseconds)));
        // For 27 s the directory would keep what a dead replica owned from the living, lest two own it: here that is harmless.
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
        silo.AddActivityPropagation();
        // Logs are no part of it: they go where those of the host go.
        if (options.HasDashboard)
            silo.AddDashboard(dashboard => dashboard.HideTrace = true);
        if (options.UsesHostCertificates && certificates is not null)
            silo.UseMutualTls(certificates);
        else if (options.TlsDirectory is { } directory)
            silo.UseMutualTls(SiloTls.Load(directory));
#pragma warning disable ORLEANSEXP003 // The old directory deactivates what a dead replica had registered for the living.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.AddPlacementDirector<AssignedPlacement, AssignedPlacementDirector>();
        silo.AddPlacementDirector<AddressPlacement, AddressPlacementDirector>();
        silo.Services.AddSingleton<IMembershipTable, MongoMembershipTable>();
        silo.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, LostMembership>());
    }

    // The number of a block keeps the ledger safe, so a replica may be taken for dead quickly: by mistake, its partitions move.
    private static void Configure(ClusterMembershipOptions members, TimeSpan probe)
    {
        members.ProbeTimeout = probe;
        members.MaxProbeTimeout = probe * 2;
        members.NumMissedProbesLimit = MissedProbes;
        members.NumVotesForDeathDeclaration = 1;
        // Messages of the last seconds say nothing about now.
        members.EnableConnectionLivenessCheck = false;
        members.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        // Rows of replicas that all died at once are not waited for.
        members.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(1);
        members.NumMissedTableIAmAliveLimit = MissedProbes;
        members.DefunctSiloExpiration = TimeSpan.FromHours(1);
    }
}
