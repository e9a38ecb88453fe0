using CreditSystem.Secrets.Sources;

namespace CreditSystem.Cli.Administration;

/// <summary><c>config sources</c>: what a start of the API with these settings would use.</summary>
internal static class ConfigSourcesCommand
{
    internal static Command Create(CommandHost host) =>
        CommandSession.CreateCommand(host, "sources", "List where each value comes from", RunAsync);

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var secrets = session.Secrets;
        var isConfirmed = await secrets.Store.RefreshAsync(cancellationToken) || secrets.Store.Restore();
        var sources = ConfigSources.List(secrets.Store, secrets.Status, session.Time);
        session.Parsed.WriteRows(sources, ["Key", "Source", "Location", "Version", "Age"], source =>
        [
            source.Key, source.Source, source.Location, $"{source.Version}",
            source.AgeSeconds is { } age ? $"{TimeSpan.FromSeconds(age):c}" : "",
        ]);
        if (secrets.Status.Reason is { } reason)
            await session.Parsed.InvocationConfiguration.Error.WriteLineAsync(reason);
        return isConfirmed ? CommandExitCodes.Done : CommandExitCodes.Failed;
    }
}
