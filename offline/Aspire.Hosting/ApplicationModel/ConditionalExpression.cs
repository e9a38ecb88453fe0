using System.IO.Hashing;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A choice between two expressions. In a manifest it is a resource of its own, whose name tells what it depends on.</summary>
internal sealed class ConditionalExpression(IValueProvider condition, string matchValue, ReferenceExpression whenTrue, ReferenceExpression whenFalse)
{
    public IValueProvider Condition { get; } = condition;

    public ReferenceExpression WhenTrue { get; } = whenTrue;

    public ReferenceExpression WhenFalse { get; } = whenFalse;

    public string Name { get; } = GenerateName(condition, matchValue, whenTrue, whenFalse);

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        var value = await Condition.GetValueAsync(cancellationToken);
        var branch = string.Equals(value, matchValue, StringComparison.OrdinalIgnoreCase) ? WhenTrue : WhenFalse;
        return await branch.GetValueAsync(cancellationToken);
    }

    private static string GenerateName(IValueProvider condition, string matchValue, ReferenceExpression whenTrue, ReferenceExpression whenFalse)
    {
        var expression = (condition as IManifestExpressionProvider)?.ValueExpression;
        var words = expression is null ? "" : Words(expression);
        var hash = new XxHash32();
        foreach (var part in new[] { expression ?? condition.GetType().Name, whenTrue.ValueExpression, whenFalse.ValueExpression, matchValue })
            hash.Append(Encoding.UTF8.GetBytes(part));

        return $"cond-{(words.Length > 0 ? words : "expr")}-{Convert.ToHexStringLower(hash.GetCurrentHash())}";
    }

    private static string Words(string expression) =>
        string.Join('-', new string([.. expression.Select(character => char.IsLetterOrDigit(character) ? char.ToLowerInvariant(character) : '-')])
            .Split('-', StringSplitOptions.RemoveEmptyEntries));
}
