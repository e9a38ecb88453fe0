namespace CreditSystem.Ledger.Orleans.Status;

/// <summary>What a replica says of itself. Replicas of neighbouring releases tell each other: members are added at the end only.</summary>
[Immutable]
[GenerateSerializer]
[Alias("credit-system.replica-report")]
internal sealed record ReplicaReport(string Name, long HandedOver, LogReport[] Logs);

/// <summary>What a replica says of one log.</summary>
[Immutable]
[GenerateSerializer]
[Alias("credit-system.log-report")]
internal sealed record LogReport(
    int Number, bool IsOwned, DateTimeOffset? Since, long Taken, long Lost, long Head, long Unprojected, double LagSeconds, int Waiting,
    int Forwarded);
