using System.CommandLine;
using CreditSystem.Identity;
using CreditSystem.Identity.Tokens;
using CreditSystem.Secrets;
using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.Api.Commands;

/// <summary>
/// <c>token --tenant T --role R</c>: prints an access token, signed with the key that the API verifies with. Whoever can run
/// it with that key could sign one anyway, so it opens no door that the key does not.
/// </summary>
internal sealed class TokenCommand
{
    internal const string Name = "token";
    internal const string Description = "Sign an access token with the key of this installation";

    private readonly Option<string> tenant = new("--tenant") { Description = "The tenant that the token acts for", Required = true };
    private readonly Option<string> roleName = new("--role") { Description = "owner, operator, service or user", DefaultValueFactory = _ => Role.Owner };
    private readonly Option<string> subject = new("--subject") { Description = "The user or program; by default development-ROLE" };
    private readonly Option<string[]> scopes = new("--scopes") { Description = "Scopes instead of the role's", AllowMultipleArgumentsPerToken = true };

    internal static Task<int> RunAsync(string[] args, TextWriter? output = null, IHostApplicationBuilder? builder = null) =>
        CommandRunner.RunAsync(new RootCommand { Create(builder) }, [Name, .. args], output, Operation.Describe);

    /// <param name="builder">Instead of the configuration of the API itself.</param>
    internal static Command Create(IHostApplicationBuilder? builder = null) => new TokenCommand().CreateCore(builder);

    private Command CreateCore(IHostApplicationBuilder? builder)
    {
        roleName.AcceptOnlyFromAmong([.. Role.All]);
        scopes.AcceptOnlyFromAmong([.. Scope.All]);
        var command = new Command(Name, Description) { tenant, roleName, subject, scopes };
        command.SetAction(async (parsed, _) => Print(parsed, builder ?? await CreateBuilderAsync()));
        return command;
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

    private int Print(ParseResult parsed, IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddAccessTokens();
        using var services = builder.Services.BuildServiceProvider();
        var role = parsed.GetRequiredValue(roleName);
        var granted = parsed.GetValue(scopes) is { Length: > 0 } named ? named : Role.ScopesOf(role);
        var token = services.GetRequiredService<AccessTokenIssuer>()
            .Issue(parsed.GetValue(subject) ?? $"development-{role}", parsed.GetRequiredValue(tenant), role, granted);
        parsed.InvocationConfiguration.Output.WriteLine(token.Value);
        return CommandExitCodes.Done;
    }
}
