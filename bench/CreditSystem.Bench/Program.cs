using System.CommandLine;
using CreditSystem.Bench.Chaos;
using CreditSystem.Bench.Growth;
using CreditSystem.Bench.History;
using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Lists;
using CreditSystem.Bench.Memory;
using CreditSystem.Bench.Proxy;
using CreditSystem.Bench.Replicas;
using CreditSystem.Bench.Rotation;
using CreditSystem.ServiceDefaults.Cli;

var root = new RootCommand("Measures CreditSystem against its peers, in the same run, as ratios.")
{
    LedgerCommand.Create(),
    ChaosCommand.Create(),
    ProxyCommand.Create(),
    BareYarp.Create(),
    RotationCommand.Create(),
    TelemetryCommand.Create(),
    MemoryCommand.Create(),
    HistoryCommand.Create(),
    ReplicasCommand.Create(),
    RollingCommand.Create(),
    GrowthCommand.Create(),
    ListsCommand.Create(),
};

// What a bench finds wrong it says, and the servers that it has started end in their own time, a minute at most.
return await CommandRunner.RunAsync(
    root, args, describe: failure => failure is InvalidOperationException ? failure.Message : null, timeToEnd: TimeSpan.FromMinutes(1));
