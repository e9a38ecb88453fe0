using CreditSystem.Api.Problems;
using CreditSystem.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddProblems();

var app = builder.Build();
app.UseProblems();
app.MapDefaultEndpoints();

await app.RunAsync();
