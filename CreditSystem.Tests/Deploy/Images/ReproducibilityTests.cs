using System.Reflection;
using CreditSystem.Api.Problems;
using CreditSystem.Identity;
using CreditSystem.Secrets.Sources;
using CreditSystem.VaultProxy;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Tests.Deploy.Images;

/// <summary>
/// What the compiler and a generator write in another order each time, so that the files of an image would differ from build
/// to build. <c>deploy/build-images --check</c> compares two builds; these say what is wrong when they differ.
/// </summary>
public sealed class ReproducibilityTests
{
    public static TheoryData<Assembly> Products() =>
    [
        typeof(ApiProblems).Assembly, typeof(Caller).Assembly, typeof(SecretStore).Assembly, typeof(CreditSystem.Ledger.CreditLedger).Assembly,
        typeof(VaultGateway).Assembly,
    ];

    /// <summary>The generator of LoggerMessage sorts classes by namespace and name, and nothing else.</summary>
    [Theory]
    [MemberData(nameof(Products))]
    public void No_two_classes_of_log_messages_in_a_namespace_have_one_name(Assembly product)
    {
        var classes = product.GetTypes().Where(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Any(method => method.IsDefined(typeof(LoggerMessageAttribute)))).ToList();

        Assert.NotEmpty(classes);
        Assert.Empty(classes.GroupBy(type => $"{type.Namespace}.{type.Name}").Where(group => group.Count() > 1).Select(group => string.Join(", ", group)));
    }

    /// <summary>A route's handler with a default value is a delegate of a type that the compiler numbers in no certain order; a nullable parameter needs none.</summary>
    [Theory]
    [MemberData(nameof(Products))]
    public void The_compiler_makes_no_delegate_types_of_its_own(Assembly product) =>
        Assert.DoesNotContain(product.GetTypes(), type => type.Name.StartsWith("<>f__AnonymousDelegate", StringComparison.Ordinal));
}
