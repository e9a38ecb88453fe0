using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with values of other resources in it, or a choice between two of them.</summary>
public sealed partial class ReferenceExpression : IValueProvider, IManifestExpressionProvider, IValueWithReferences
{
    /// <summary>The expression whose value is empty.</summary>
    public static readonly ReferenceExpression Empty = new(string.Empty, [], [], []);

    private readonly string[] _manifestExpressions;
    private readonly string?[] _stringFormats;
    private readonly ConditionalExpression? _conditional;

    internal ReferenceExpression(string format, IValueProvider[] valueProviders, string[] manifestExpressions, string?[] stringFormats)
    {
        Format = format;
        ValueProviders = valueProviders;
        _manifestExpressions = manifestExpressions;
        _stringFormats = stringFormats;
    }

    private ReferenceExpression(ConditionalExpression conditional)
        : this(string.Empty, [.. conditional.WhenTrue.ValueProviders, .. conditional.WhenFalse.ValueProviders], [], []) =>
        _conditional = conditional;

    /// <summary>Composite format string.</summary>
    public string Format { get; }

    /// <summary>What a manifest says in the place of each value.</summary>
    public IReadOnlyList<string> ManifestExpressions => _manifestExpressions;

    /// <summary>How each value is written, e.g. <c>uri</c>.</summary>
    public IReadOnlyList<string?> StringFormats => _stringFormats;

    /// <summary>The values.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <inheritdoc/>
    public string ValueExpression => _conditional is { } conditional
        ? $"{{{conditional.Name}.connectionString}}"
        : string.Format(CultureInfo.InvariantCulture, Format, [.. _manifestExpressions]);

    internal ConditionalExpression? Conditional => _conditional;

    IEnumerable<object> IValueWithReferences.References => _conditional is { } conditional
        ? [conditional.Condition, .. ((IValueWithReferences)conditional.WhenTrue).References, .. ((IValueWithReferences)conditional.WhenFalse).References]
        : ValueProviders;

    /// <summary>Makes an expression of an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.GetExpression();

    /// <summary>An expression that is <paramref name="whenTrue"/> where the condition's value is <paramref name="matchValue"/>.</summary>
    public static ReferenceExpression CreateConditional(IValueProvider condition, string matchValue, ReferenceExpression whenTrue, ReferenceExpression whenFalse) =>
        new(new ConditionalExpression(condition, matchValue, whenTrue, whenFalse));

    /// <inheritdoc/>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        if (_conditional is not null)
            return await _conditional.GetValueAsync(cancellationToken);
        if (Format.Length == 0)
            return null;

        var values = new object?[ValueProviders.Count];
        for (var index = 0; index < values.Length; index++)
        {
            var value = await ValueProviders[index].GetValueAsync(cancellationToken);
            values[index] = value is not null && _stringFormats[index] is { } format ? Formatted(value, format) : value;
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    internal static string Formatted(string value, string format) => format switch
    {
        "uri" => Uri.EscapeDataString(value),
        _ => throw new FormatException($"The format '{format}' is not supported."),
    };
}
