using CreditSystem.Cli;

return await CommandLine.RunAsync(args, CommandHost.Process);
