namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>
/// The recordings against any server: CONTRIBUTING.md has the command. Not a part of the tests otherwise: where
/// <c>VAULT_ADDR</c> is set for other reasons, nothing of that server may be touched.
/// </summary>
public sealed class ServerVectorTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task The_server_at_VAULT_ADDR_answers_as_a_real_server_has_answered()
    {
        using var server = await ServerToReplay.ConnectAsync(new Uri(Variable("VAULT_ADDR")), Environment.GetEnvironmentVariable("VAULT_TOKEN") ?? "");
        var known = server.IsDevelopmentVault ? KnownDifferences.All : [];
        var problems = new List<string>();
        var count = 0;
        foreach (var file in VectorFile.Names.Select(VectorFile.Load))
        {
            if (ReasonToLeaveOut(file, server) is { } reason)
            {
                output.WriteLine($"Left out: {file.Name}, because {reason}.");
                continue;
            }

            if (server.IsInitialized)
                await server.ResetAsync();
            var steps = await new VectorReplay(file, server.Target).RunAsync(TestContext.Current.CancellationToken);
            var found = ReplayReport.Problems(file.Name, steps, known);
            output.WriteLine($"{file.Name}: {steps.Count} requests, {found.Count} of them not as recorded.");
            (count, problems) = (count + steps.Count, [.. problems, .. found]);
        }

        if (server.IsInitialized)
            await server.ResetAsync();
        Assert.True(count > 0, "Nothing was replayed.");
        Assert.True(problems.Count == 0, ReplayReport.Summary(problems));
    }

    private static string? ReasonToLeaveOut(VectorFile file, ServerToReplay server)
    {
        var chosen = Environment.GetEnvironmentVariable("VAULT_VECTORS");
        if (!string.IsNullOrEmpty(chosen) && chosen != file.Name)
            return "VAULT_VECTORS names another";
        if (server.IsDevelopmentVault && VectorFile.LeftOut.TryGetValue(file.Name, out var reason))
            return reason;
        if (file.StartsUninitialized != !server.IsInitialized)
            return server.IsInitialized ? "the server is initialised already" : "the server is not initialised";
        if (file.StartsUninitialized && string.IsNullOrEmpty(chosen) && file.Name != "init-unseal")
            return "an uninitialised server is initialised once; name it in VAULT_VECTORS to replay it";
        return file.Name.StartsWith("audit", StringComparison.Ordinal) && file.AllowsAuditByApi != server.AllowsAuditByApi ? "the server takes audit devices the other way" : null;
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new InvalidOperationException($"{name} is not set; CONTRIBUTING.md has the command.");
}
