using System.CommandLine;

var root = new RootCommand("Measures CreditSystem against its peers, in the same run, as ratios.");

return await root.Parse(args).InvokeAsync();
