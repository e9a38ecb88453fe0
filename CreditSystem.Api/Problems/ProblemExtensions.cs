using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CreditSystem.Api.Problems;

internal static class ProblemExtensions
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Adds error answers and the limits of a request: size and time.</summary>
    internal static void AddProblems(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = JsonBody.MaxBytes;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(RefusalBody.Add));
        });
        // Ahead of the framework's, which is asked where this one is absent.
        builder.Services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        builder.Services.AddProblemDetails();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddExceptionHandler<FailureHandler>();
        // Otherwise only development says what is wrong with a body; everywhere else it is an empty 400.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddRequestTimeouts(options => options.DefaultPolicy = new RequestTimeoutPolicy { Timeout = RequestTimeout });
    }

    /// <summary>
    /// Goes first in the pipeline, so that every failure and every bare status becomes a problem, and chooses the route: what the
    /// route does not allow is said before anybody is asked who it is.
    /// </summary>
    internal static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(MethodRules.IgnoreTypeOfNothingAsync);
        app.UseRouting();
        app.Use(MethodRules.AnswerWrongMethodAsync);
        app.UseRequestTimeouts();
    }
}
