using System.Globalization;
using CreditSystem.Api.Features.Operations;

namespace CreditSystem.Api.Commands;

/// <summary><c>config sources</c>: what a start of the API here and now would use.</summary>
internal static class ConfigSourcesCommand
{
    internal static async Task<int> RunAsync(Operation operation, CancellationToken cancellationToken)
    {
        var secrets = operation.Secrets;
        var isConfirmed = await secrets.Store.RefreshAsync(cancellationToken) || secrets.Store.Restore();
        var answer = ListConfigSources.Describe(secrets.Store, secrets.Status, operation.Time);
        operation.Write(answer.Sources, output => Table.Print(output, ["Key", "Source", "Location", "Version", "Age"], answer.Sources.Select(source => (IReadOnlyList<string>)
        [
            source.Key, source.Source, source.Location, source.Version?.ToString(CultureInfo.InvariantCulture) ?? "",
            source.AgeSeconds is { } age ? TimeSpan.FromSeconds(age).ToString("c", CultureInfo.InvariantCulture) : "",
        ])));
        if (secrets.Status.Reason is { } reason)
            await operation.Parsed.InvocationConfiguration.Error.WriteLineAsync(reason);
        return isConfirmed ? 0 : 1;
    }
}
