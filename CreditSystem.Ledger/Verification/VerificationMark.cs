namespace CreditSystem.Ledger.Verification;

/// <summary>
/// How far a log has been verified, and what was found: verification goes on here, after a restart and on another replica.
/// It is sealed by a checksum and bound to the log by the hash of its block; one that does not fit is as good as none.
/// </summary>
public sealed class VerificationMark(int partition, long generation)
{
    /// <summary>More would say nothing new.</summary>
    public const int MaxFindings = 1000;

    public int Partition => partition;

    /// <summary>Which of the beginnings at the first block it goes on from; stored accounts of another do not belong to it.</summary>
    public long Generation => generation;

    /// <summary>The last block that was verified.</summary>
    public long Block { get; set; }

    /// <summary>The time of that block, Unix milliseconds.</summary>
    public long At { get; set; }

    public byte[] Hash { get; set; } = new byte[32];

    /// <summary>How many accounts each tenant has.</summary>
    public Dictionary<string, long> Accounts { get; } = new(StringComparer.Ordinal);

    /// <summary>What the balances of each tenant add up to in each asset, where that is not zero.</summary>
    public Dictionary<(string Tenant, string Asset), Int128> Sums { get; } = [];

    /// <summary>The first finding of each check about each account; they are facts of the log, and stay.</summary>
    public List<Finding> Findings { get; } = [];

    public void Add(Finding finding)
    {
        if (Findings.Count < MaxFindings
            && !Findings.Exists(known =>
            known.Check == finding.Check && known.Tenant == finding.Tenant && known.Account == finding.Account))
            Findings.Add(finding);
    }

    public void AddToSum(string tenant, string asset, Int128 amount)
    {
        var sum = Sums.GetValueOrDefault((tenant, asset)) + amount;
        if (sum == 0)
            Sums.Remove((tenant, asset));
        else
            Sums[(tenant, asset)] = sum;
    }
}
