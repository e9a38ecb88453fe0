using System.CommandLine;

namespace CreditSystem.Cli.Kubernetes;

/// <summary>What a command writes goes into a folder or into a Secret of the cluster.</summary>
internal static class TargetRule
{
    /// <summary>Refuses a command line that names both places, or none.</summary>
    internal static void RequireOneTarget(this Command command, Option<string> directory, Option<string> secret) =>
        command.Validators.Add(result =>
        {
            if (string.IsNullOrEmpty(result.GetValue(directory)) == string.IsNullOrEmpty(result.GetValue(secret)))
                result.AddError("Give one target: --directory or --kubernetes-secret.");
        });
}
