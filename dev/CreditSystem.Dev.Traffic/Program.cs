using CreditSystem.Dev.Traffic;
using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Cli;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = Host.CreateApplicationBuilder(args);
builder.AddServiceDefaults();
builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(TrafficOptions.FromEnvironment(Environment.GetEnvironmentVariable));
builder.Services.AddHttpClient<Shop>((services, http) => http.BaseAddress = services.GetRequiredService<TrafficOptions>().Api);
builder.Services.AddHostedService<Demonstration>();

return await builder.Build().RunToEndAsync();
