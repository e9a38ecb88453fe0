using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Bootstrap.Access;
using CreditSystem.Testing;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>The policy files that an operator reads are what the bootstrap writes.</summary>
public sealed class PolicyFileTests
{
    private static readonly BootstrapSettings Default = new();

    [Fact]
    public void The_policy_of_the_API_is_the_one_in_its_file() => Compare(Default.Policy, Policies.Application(Default));

    [Fact]
    public void The_policy_of_the_rotation_is_the_one_in_its_file() => Compare(Default.RotatorPolicy, Policies.Rotator(Default));

    [Fact]
    public void The_policy_of_the_bootstrap_is_the_one_in_its_file() => Compare("credit-system-bootstrap-policy", Policies.Bootstrap(Default));

    [Fact]
    public void No_policy_has_a_path_that_is_wider_than_the_systems_own_names()
    {
        foreach (var line in (Policies.Application(Default) + Policies.Rotator(Default)).Split('\n').Where(line => line.StartsWith("path ", StringComparison.Ordinal)))
        {
            var path = line.Split('"')[1];
            Assert.True(path.Contains("credit-system", StringComparison.Ordinal) || (!path.Contains('*') && !path.Contains('+')), path);
            Assert.DoesNotContain("sudo", line, StringComparison.Ordinal);
        }
    }

    private static void Compare(string name, string written) =>
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "deploy", "vault", "policies", $"{name}.hcl")).Trim(), written.Trim());
}
