using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Bootstrap.Steps;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Rotation;

/// <summary>
/// <c>rotate-ca</c>: brings the authority of the PKI engine one step further, as far as it may go now. First another one is made beside
/// it, which everybody comes to trust; after the overlap it signs; and when what the old one has signed has ended, the old one goes.
/// </summary>
internal sealed class RotateCaCommand
{
    internal const string Name = "rotate-ca";

    private const string SignsSince = "signs-since-";

    // Renewed early: a role stops issuing once its authority lives shorter than a certificate.
    private const double DueShare = 2.0 / 3;

    private static readonly BootstrapSettings Default = new();

    private readonly VaultConnection connection = new();
    private readonly Option<string> mount = CliOption.Text("--pki-mount", "Mount of the PKI engine", Default.PkiMount);
    private readonly Option<bool> now = CliOption.Flag("--now", "Begin although two thirds of the authority's life are not over");
    private readonly Option<int> overlap = CliOption.Number("--overlap-seconds",
        "How long both authorities are trusted before the new one signs: longer than services, and the renewal every hour, take to notice",
        least: 0, most: 2_592_000, byDefault: 7_200);

    internal static Command Create(CommandHost host) => new RotateCaCommand().CreateCore(host);

    private Command CreateCore(CommandHost host)
    {
        var command = new Command(
            Name, "Replace the authority of Vault's PKI engine, with overlap: run it again until it says that it is done. "
                + "VAULT_TOKEN is an administrator's.")
        {
            mount, now, overlap,
        };
        connection.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) => RotateAsync(parsed, host, parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private async Task<int> RotateAsync(ParseResult parsed, CommandHost host, TextWriter output, CancellationToken cancellationToken)
    {
        var at = MountName.Read(parsed.GetRequiredValue(mount), "--pki-mount");
        var token = host.VariableOrNull("VAULT_TOKEN") ?? throw new CommandException("Set VAULT_TOKEN to an administrator's token.");
        using var vault = await connection.OpenAsync(parsed, host, cancellationToken);
        vault.Token = token;
        var authorities = await ReadAsync(vault, at, cancellationToken);
        var signing = authorities.FirstOrDefault(one => one.IsDefault) ?? throw new CommandException($"{at}/ has no authority that signs.");
        var step = Next(authorities, signing, parsed.GetValue(now), TimeSpan.FromSeconds(parsed.GetValue(overlap)), host.Time.GetUtcNow());
        await output.WriteLineAsync(await ApplyAsync(vault, at, step, host.Time, cancellationToken));
        return step.IsDone ? CommandExitCodes.Done : CommandExitCodes.Incomplete;
    }

    /// <summary>What may be done now: one step, or none.</summary>
    internal static CaStep Next(IReadOnlyList<Authority> all, Authority signing, bool isForced, TimeSpan overlap, DateTimeOffset now)
    {
        // A certificate of an old one, issued at the last moment, is good for its whole life.
        if (all.FirstOrDefault(one => one.From < signing.From && signing.SignsSince + CertificateStep.CertificateTtl <= now) is { } old)
            return new CaStep(CaAction.Remove, old, IsDone: all.Count(one => one.From < signing.From) == 1);
        if (all.Where(one => one.From > signing.From).MaxBy(one => one.From) is { } next)
            return next.From + overlap <= now ? new CaStep(CaAction.Sign, next) : new CaStep(CaAction.WaitForTrust, next);
        if (all.Any(one => one.From < signing.From))
            return new CaStep(CaAction.WaitForCertificates, signing);
        return isForced || now >= signing.From + ((signing.To - signing.From) * DueShare)
            ? new CaStep(CaAction.Make, signing)
            : new CaStep(CaAction.None, signing, IsDone: true);
    }

    private static async Task<string> ApplyAsync(VaultAdminClient vault, string mount, CaStep step, TimeProvider time,
        CancellationToken cancellationToken)
    {
        switch (step.Action)
        {
            case CaAction.Make:
                await vault.WriteAsync($"{mount}/root/rotate/internal", CertificateStep.Authority(), cancellationToken);
                return "+ another authority, trusted beside the one that signs. Run it again after the overlap.";
            case CaAction.Sign:
                // Vault does not tell since when an issuer is the default.
                await vault.WriteAsync($"{mount}/issuer/{step.Authority.Id}", new JsonObject
                {
                    ["issuer_name"] = $"{SignsSince}{time.GetUtcNow().ToUnixTimeSeconds()}",
                }, cancellationToken);
                await vault.WriteAsync($"{mount}/config/issuers", new JsonObject { ["default"] = step.Authority.Id }, cancellationToken);
                return "~ the new authority signs; services replace their certificates within minutes. Run it again when the old ones "
                    + "have ended.";
            case CaAction.Remove:
                await vault.DeleteAsync($"{mount}/issuer/{step.Authority.Id}", cancellationToken);
                return $"- the old authority, of {step.Authority.From:yyyy-MM-dd}: nothing that it has signed is good any more.";
            case CaAction.WaitForTrust:
                return "= the new authority does not sign before everybody trusts it: run it again after the overlap.";
            case CaAction.WaitForCertificates:
                return "= certificates of the old authority are still good: run it again when they have ended.";
            default:
                return $"= the authority is good until {step.Authority.To:yyyy-MM-dd}; it is replaced when two thirds of its life are "
                    + "over.";
        }
    }

    private static DateTimeOffset? Since(string name) => name.StartsWith(SignsSince, StringComparison.Ordinal)
        && long.TryParse(name[SignsSince.Length..], CultureInfo.InvariantCulture, out var seconds)
        ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : null;

    private static async Task<IReadOnlyList<Authority>> ReadAsync(VaultAdminClient vault, string mount, CancellationToken cancellationToken)
    {
        var listed = await vault.ReadAsync($"{mount}/issuers?list=true", cancellationToken);
        var all = new List<Authority>();
        foreach (var id in (listed?["keys"] as JsonArray ?? []).Select(key => $"{key}"))
        {
            var pem = (string?)(await vault.ReadAsync($"{mount}/issuer/{id}", cancellationToken))?["certificate"];
            using var certificate = X509Certificate2.CreateFromPem(pem);
            var (information, from) = (listed!["key_info"]?[id], certificate.NotBefore.ToUniversalTime());
            all.Add(new Authority(id, (bool?)information?["is_default"] == true, from, certificate.NotAfter.ToUniversalTime(),
                Since($"{information?["issuer_name"]}") ?? from));
        }

        return all;
    }
}

/// <summary>An authority of the mount; it signs since it was made the default, as far as that was noted.</summary>
internal sealed record Authority(string Id, bool IsDefault, DateTimeOffset From, DateTimeOffset To, DateTimeOffset SignsSince);

internal enum CaAction
{
    None,
    Make,
    WaitForTrust,
    Sign,
    WaitForCertificates,
    Remove,
}

/// <summary>What the rotation does next, and to which authority.</summary>
internal sealed record CaStep(CaAction Action, Authority Authority, bool IsDone = false);
