namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>The development Vault answers what a real OpenBao has answered, but for a list of differences that each have a reason.</summary>
public sealed class VaultVectorTests(ITestOutputHelper output)
{
    public static TheoryData<string> Files => [.. VectorFile.Names.Except(VectorFile.LeftOut.Keys)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Answers_as_a_real_server_has_answered(string name)
    {
        var file = VectorFile.Load(name);

        var problems = ReplayReport.Problems(name, await ReplayAsync(file), KnownDifferences.All);

        Assert.True(problems.Count == 0, ReplayReport.Summary(problems));
    }

    [Fact]
    public void Leaves_out_only_areas_that_there_are_and_says_which()
    {
        foreach (var (name, reason) in VectorFile.LeftOut)
            output.WriteLine($"Left out: {name}, because {reason}.");

        Assert.Empty(VectorFile.LeftOut.Keys.Except(VectorFile.Names));
        Assert.DoesNotContain(KnownDifferences.All, known => !Files.Select(row => row.Data).Contains(known.File));
        Assert.True(VectorFile.Names.Count >= 22, "Recordings are missing.");
    }

    /// <summary>A replay that finds nothing wrong in a wrong recording proves nothing.</summary>
    [Fact]
    public async Task Finds_every_answer_that_is_not_as_it_was_recorded()
    {
        var file = VectorFile.Load("kv2-cas-patch");
        var wrong = WrongAnswers.In(file);

        var found = (await ReplayAsync(wrong.File)).Where(step => step.Differences.Count > 0).Select(step => step.Name).ToList();

        Assert.Equal(wrong.Steps, found);
        Assert.True(wrong.Steps.Count > 20);
    }

    [Fact]
    public async Task Fails_for_a_known_difference_that_is_gone_and_for_one_that_is_another()
    {
        var file = VectorFile.Load("kv1");
        var steps = await ReplayAsync(file);
        var wrong = await ReplayAsync(WrongAnswers.In(file).File);
        var gone = new KnownDifference("kv1", "read", "200 <any>", "It was once.");
        var other = wrong.First(step => step.Differences.Count > 0);

        Assert.Contains("no longer differs", Assert.Single(ReplayReport.Problems("kv1", steps, [gone])), StringComparison.Ordinal);
        Assert.Contains(
            ReplayReport.Problems("kv1", wrong, [new KnownDifference("kv1", other.Name, "418 a teapot", "It was once.")]),
            problem => problem.Contains("differs otherwise than is known", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<ReplayedStep>> ReplayAsync(VectorFile file)
    {
        await using var host = await ReplayHost.StartAsync(file, TestContext.Current.CancellationToken);
        return await new VectorReplay(file, host.Target).RunAsync(TestContext.Current.CancellationToken);
    }
}
