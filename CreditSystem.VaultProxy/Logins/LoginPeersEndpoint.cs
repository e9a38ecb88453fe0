using CreditSystem.VaultProxy.Telemetry;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>Where other replicas ask: on the port of probes and metrics; on that of Vault's clients by their certificate alone.</summary>
internal static class LoginPeersEndpoint
{
    /// <exception cref="OptionsValidationException">Peers are configured, and there is no management port.</exception>
    internal static void MapLoginPeers(this WebApplication app, int? managementPort)
    {
        if (app.Services.GetRequiredService<IOptions<VaultProxyOptions>>().Value.Peers.Addresses.Count == 0)
            return;
        if (managementPort is not { } port)
            throw new OptionsValidationException(VaultProxyOptions.SectionName, typeof(VaultProxyOptions),
                ["VaultProxy:Peers:Addresses needs Management:Port, on which the replicas ask each other"]);
        var reports = app.Services.GetRequiredService<LoginReports>();
        var certificates = app.Services.GetRequiredService<PeerCertificates>();
        app.MapGet(LoginPeers.Path, context => ReportAsync(
            context, reports, mayAsk: context.Connection.LocalPort == port || certificates.IsPeer(context)));
    }

    private static Task ReportAsync(HttpContext context, LoginReports reports, bool mayAsk)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!mayAsk)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var report = !context.Request.QueryString.HasValue ? reports.WriteAll()
            : TokenId.TryParseHex(context.Request.Query["role"].ToString(), out var role)
                && TokenId.TryParseHex(context.Request.Query["pair"].ToString(), out var pair) ? reports.Write(role, pair)
            : null;
        if (report is not null)
            return context.Response.WriteAsJsonAsync(report, PeerReportJson.Default.PeerReport, cancellationToken: context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }
}
