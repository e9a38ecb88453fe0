using System.CommandLine;
using CreditSystem.Bench.Chaos;
using CreditSystem.Bench.Ledger;
using CreditSystem.Bench.Proxy;
using CreditSystem.Bench.Rotation;

var root = new RootCommand("Measures CreditSystem against its peers, in the same run, as ratios.")
{
    LedgerCommand.Create(),
    ChaosCommand.Create(),
    ProxyCommand.Create(),
    RotationCommand.Create(),
    TelemetryCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
