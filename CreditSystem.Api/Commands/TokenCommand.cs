using System.CommandLine;
using CreditSystem.Api.Access;
using CreditSystem.Api.Access.Tokens;
using CreditSystem.Api.Problems;
using CreditSystem.Api.Secrets;

namespace CreditSystem.Api.Commands;

/// <summary>
/// <c>token --tenant T --role R</c>: prints an access token, signed with the key that the API verifies with. Whoever can run
/// it with that key could sign one anyway, so it opens no door that the key does not.
/// </summary>
internal static class TokenCommand
{
    internal const string Name = "token";
    internal const string Description = "Sign an access token with the key of this installation";

    private static readonly Option<string> Tenant = new("--tenant") { Description = "The tenant that the token acts for", Required = true };
    private static readonly Option<string> RoleName = new("--role") { Description = "owner, operator, service or user", DefaultValueFactory = _ => Role.Owner };
    private static readonly Option<string> Subject = new("--subject") { Description = "The user or program; by default development-ROLE" };
    private static readonly Option<string[]> Scopes = new("--scopes") { Description = "Scopes instead of the role's", AllowMultipleArgumentsPerToken = true };

    internal static Task<int> RunAsync(string[] args, TextWriter? output = null, IHostApplicationBuilder? builder = null)
    {
        RoleName.AcceptOnlyFromAmong([.. Role.All]);
        Scopes.AcceptOnlyFromAmong([.. Scope.All]);
        var command = new RootCommand(Description) { Tenant, RoleName, Subject, Scopes };
        command.SetAction(async (parsed, _) => Print(parsed, builder ?? await CreateBuilderAsync()));
        var invocation = new InvocationConfiguration();
        if (output is not null)
            (invocation.Output, invocation.Error) = (output, output);
        return command.Parse(args).InvokeAsync(invocation);
    }

    /// <summary>The configuration of the API itself, so that the key is the same.</summary>
    private static async Task<IHostApplicationBuilder> CreateBuilderAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        // Nothing but the token goes to the standard output, where a shell takes it from.
        builder.Configuration["Logging:LogLevel:Default"] = nameof(LogLevel.Warning);
        builder.Configuration["Logging:Console:LogToStandardErrorThreshold"] = nameof(LogLevel.Trace);
        await builder.AddSecretsAsync();
        return builder;
    }

    private static int Print(ParseResult parsed, IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddAccessTokens();
        using var services = builder.Services.BuildServiceProvider();
        var role = parsed.GetRequiredValue(RoleName);
        var scopes = parsed.GetValue(Scopes) is { Length: > 0 } named ? named : Role.ScopesOf(role);
        try
        {
            var token = services.GetRequiredService<AccessTokenIssuer>()
                .Issue(parsed.GetValue(Subject) ?? $"development-{role}", parsed.GetRequiredValue(Tenant), role, scopes);
            parsed.InvocationConfiguration.Output.WriteLine(token.Value);
            return 0;
        }
        catch (SecretUnavailableException missing)
        {
            parsed.InvocationConfiguration.Error.WriteLine(missing.Message);
            return 1;
        }
    }
}
