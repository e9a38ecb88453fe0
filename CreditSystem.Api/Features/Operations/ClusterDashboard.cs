using CreditSystem.Api.Hardening;
using CreditSystem.Ledger.Orleans;
using Orleans.Dashboard;

namespace CreditSystem.Api.Features.Operations;

/// <summary>
/// Orleans' own dashboard, where <see cref="ClusterOptions.Dashboard"/> asks for it. It asks nobody for a credential, so it is on the
/// management port alone.
/// </summary>
internal static class ClusterDashboard
{
    public const string Path = "/orleans";

    public static void MapClusterDashboard(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ClusterOptions>>().Value.HasDashboard)
            app.MapOrleansDashboard(Path).OnManagementPortOnly();
    }
}
