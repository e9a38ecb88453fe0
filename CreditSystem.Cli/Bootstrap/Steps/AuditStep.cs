using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap.Steps;

/// <summary>An audit device that writes to a file of Vault's host: who has read which secret, and who was refused.</summary>
internal sealed class AuditStep(VaultAdminClient vault, ChangeReporter changes)
{
    private const string Device = "file";

    /// <exception cref="CommandException">The device is there and writes elsewhere.</exception>
    public async Task RunAsync(string? file, CancellationToken cancellationToken)
    {
        if (file is null)
            return;
        var what = $"audit device {Device}/ in {file}";
        if ((await vault.ReadAsync("sys/audit", cancellationToken))?[$"{Device}/"] is not JsonObject present)
        {
            await changes.AddAsync(what, () => EnableAsync(file, cancellationToken));
            return;
        }

        if ((string?)present["options"]?["file_path"] != file)
            throw new CommandException($"The audit device {Device}/ writes elsewhere than to {file}. It is left as it is: leave "
                + "--audit-file out, or disable the device first.");
        changes.Keep(what);
    }

    private async Task EnableAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await vault.WriteAsync(
                $"sys/audit/{Device}",
                new JsonObject { ["type"] = "file", ["options"] = new JsonObject { ["file_path"] = file, ["mode"] = "0600" } },
                cancellationToken);
        }
        catch (VaultRequestException refusal) when (refusal.Reason.Contains("via API", StringComparison.Ordinal))
        {
            throw new CommandException($"--audit-file: {Preflight.AuditAdvice} {refusal.Message} Nothing was changed.", refusal);
        }
    }
}
