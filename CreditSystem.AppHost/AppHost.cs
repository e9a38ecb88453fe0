using CreditSystem.AppHost.Kubernetes;

if (await KubernetesCommand.TryRunAsync(args) is { } exitCode)
    return exitCode;

return 0;
