using System.Reflection;
using System.Text.RegularExpressions;
using CreditSystem.Api.Http;
using CreditSystem.Api.Problems;
using CreditSystem.Identity.Users;
using CreditSystem.Ledger.Model;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>docs/errors.md says of every code what it means and what to do.</summary>
public sealed partial class ErrorPageTests
{
    private const string Invalid = "invalid_";
    private const string NotFound = "_not_found";

    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "errors.md"));

    private static readonly HashSet<string> Headings = [.. Heading().Matches(Page).Select(match => match.Groups[1].Value)];

    private static readonly HashSet<string> Words = [.. Code().Matches(Page).Select(match => match.Groups[1].Value)];

    [Fact]
    public void No_code_is_missing()
    {
        var codes = Codes().ToHashSet();

        Assert.True(codes.Count > 80, $"{codes.Count}");
        Assert.True(Headings.Count > 60, $"{Headings.Count}");
        Assert.Empty(codes.Where(code => !IsExplained(code)).Order());
    }

    /// <summary>The document lists the same, and the page explains nothing that is never answered.</summary>
    [Fact]
    public void No_code_is_explained_or_listed_that_there_is_not()
    {
        var (codes, named) = (Codes().ToHashSet(), ValidatedNames().ToHashSet());

        Assert.Empty(codes.Except(KnownProblemCodes.All).Order());
        Assert.Empty(KnownProblemCodes.All.Where(code => !codes.Contains(code) && !IsOfAName(code)).Order());
        Assert.Empty(Headings.Except(KnownProblemCodes.All).Where(heading => !heading.Contains('…', StringComparison.Ordinal)).Order());
        Assert.Empty(Words.Where(word => word.StartsWith(Invalid, StringComparison.Ordinal)).Except(KnownProblemCodes.All).Order());
        Assert.Equal(KnownProblemCodes.All.Order(StringComparer.Ordinal).Distinct(), KnownProblemCodes.All);
        Assert.Empty(KnownProblemCodes.All.Where(code => !IsExplained(code)).Order());

        // A member or parameter that is validated by name.
        bool IsOfAName(string code) => code.StartsWith(Invalid, StringComparison.Ordinal) && named.Contains(code[Invalid.Length..]);
    }

    [Fact]
    public void Each_says_what_to_do() =>
        Assert.Equal(Heading().Count(Page), Regex.Count(Page, @"^\*\*What to do:\*\* \S", RegexOptions.Multiline));

    private static bool IsExplained(string code) =>
        Headings.Contains(code) || code.StartsWith(Invalid, StringComparison.Ordinal) && Words.Contains(code)
        || code.EndsWith(NotFound, StringComparison.Ordinal) && Words.Contains(code[..^NotFound.Length]);

    /// <summary>Constants, the ledger's refusals, and what the source hands to a problem.</summary>
    private static IEnumerable<string> Codes()
    {
        var constants = typeof(ProblemCodes).GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => (string)field.GetRawConstantValue()!);
        var refusals = Enum.GetValues<RejectionCode>().Select(code => LedgerProblems.Describe(code).Code);
        var sources = Sources().ToList();
        var things = sources.SelectMany(text => Missing().Matches(text)).Select(match => match.Groups[1].Value + NotFound);
        return constants.Append(UserStore.EmailTaken).Append(UserStore.UsernameTaken).Concat(refusals).Concat(sources.SelectMany(text => Given().Matches(text)).Select(match => match.Groups[1].Value)).Concat(things);
    }

    private static IEnumerable<string> ValidatedNames() => Sources().SelectMany(text => Validated().Matches(text)).Select(match => match.Groups[1].Value);

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Repository.PathOf("CreditSystem.Api"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText);

    [GeneratedRegex("""(?:RequestValidation\.\w+|Timestamp\.(?:Invalid|Period)|\bText|DisplayName)\(\s*"([a-z_]+)""")]
    private static partial Regex Validated();

    [GeneratedRegex(@"^### (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("`([a-zA-Z_]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("""ApiProblems\.NotFound\(\s*"(\w+)"\)""")]
    private static partial Regex Missing();

    [GeneratedRegex("""(?:(?:BadRequest|Unavailable|Problem|TopUpProblems\.Invalid)\(|(?:Create|RetryLater)\(\s*StatusCodes\.\w+,|LedgerUnavailableReason\.\w+ => \()\s*"([a-z]+(?:_[a-z]+)*)"(?! \+)""")]
    private static partial Regex Given();
}
