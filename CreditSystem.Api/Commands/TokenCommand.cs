using System.CommandLine;
using CreditSystem.Identity.Tokens;
using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.Api.Commands;

/// <summary>
/// <c>token --tenant T --role R</c>: prints an access token, signed with the key that the API verifies with. It opens no
/// door that the key does not: with the key anybody can sign one.
/// </summary>
internal sealed class TokenCommand
{
    private readonly Option<string> tenant = new("--tenant") { Description = "The tenant that the token acts for", Required = true };
    private readonly Option<string> roleName =
        new("--role") { Description = "owner, operator, service or user", DefaultValueFactory = _ => Role.Owner };
    private readonly Option<string> subject = new("--subject") { Description = "The user or program; by default development-ROLE" };
    private readonly Option<string[]> scopes =
        new("--scopes") { Description = "Scopes instead of the role's", AllowMultipleArgumentsPerToken = true };

    /// <param name="configure">Sets what the environment otherwise does.</param>
    internal static Command Create(Action<IHostApplicationBuilder>? configure) => new TokenCommand().CreateCore(configure);

    private Command CreateCore(Action<IHostApplicationBuilder>? configure)
    {
        roleName.AcceptOnlyFromAmong([.. Role.All]);
        scopes.AcceptOnlyFromAmong([.. Scope.All]);
        var command = new Command("token", "Sign an access token with the key of this installation") { tenant, roleName, subject, scopes };
        command.SetAction(async (parsed, _) => Print(parsed, await ApiCommands.CreateBuilderAsync(configure)));
        return command;
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
