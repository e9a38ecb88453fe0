using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Dashboard;

/// <summary>Runs the real Aspire dashboard beside the application. Without it everything else goes on.</summary>
internal sealed class DashboardHost(IConfiguration configuration, ProcessGuard guard, ResourceLoggerService loggers, IHostEnvironment environment, IServiceProvider services) : BackgroundService
{
    internal const string Name = "aspire-dashboard";
    internal const string OtlpApiKey = "AppHost:OtlpApiKey";
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    private int ResourceServicePort => Uri.TryCreate(configuration["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"], UriKind.Absolute, out var url) ? url.Port : 0;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (configuration.GetValue<bool>("AppHost:DisableDashboard") || configuration["ASPNETCORE_URLS"] is not { Length: > 0 } urls)
        {
            Say("off");
            return;
        }

        try
        {
            var (program, problem) = await DashboardInstaller.FindOrInstallAsync(Say, stoppingToken);
            if (program is null)
                Say($"off: {problem}");
            else
                await RunAsync(program, urls, stoppingToken);
        }
        catch (Exception failure) when (failure is IOException or System.ComponentModel.Win32Exception or UnauthorizedAccessException)
        {
            Say($"off: {failure.Message}");
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task RunAsync(string program, string urls, CancellationToken stoppingToken)
    {
        await using var resourceService = new ResourceServiceHost(services);
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = urls,
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? "",
            // Whoever opens the page needs no token if the AppHost says so; whoever sends telemetry, or asks for it, still has to be a part of the application.
            ["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] = "false",
            ["DASHBOARD__FRONTEND__AUTHMODE"] = configuration.GetValue<bool>("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS") ? "Unsecured" : "BrowserToken",
            ["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = configuration[OtlpApiKey]!,
            ["DASHBOARD__API__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__API__PRIMARYAPIKEY"] = configuration[OtlpApiKey]!,
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = await resourceService.StartAsync(ResourceServicePort, stoppingToken),
            ["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = resourceService.Key,
            ["DASHBOARD__APPLICATIONNAME"] = environment.ApplicationName,
            ["LOGGING__LOGLEVEL__DEFAULT"] = "Warning",
        };
        using var process = ResourceProcess.Start(new ResourceCommand(program, ["dashboard"], Path.GetDirectoryName(program)!, settings), (line, isError) => loggers.Write(Name, line, isError));
        guard.Watch(process.Id);
        try
        {
            await process.Exited.WaitAsync(stoppingToken);
            Say($"ended with exit code {process.ExitCode}");
        }
        finally
        {
            await process.StopAsync(StopGrace);
            guard.Release(process.Id);
        }
    }

    private static void Say(string text) => Console.WriteLine($"[{Name}] {text}");
}
