namespace CreditSystem.Tests;

public sealed class SkeletonTests
{
    [Fact]
    public void The_AppHost_describes_its_projects() => Assert.EndsWith("CreditSystem.Api.csproj", new Projects.CreditSystem_Api().ProjectPath, StringComparison.Ordinal);
}
