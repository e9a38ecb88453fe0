using System.CommandLine;
using System.Globalization;

namespace CreditSystem.ServiceDefaults.Cli;

/// <summary>The options of our commands.</summary>
public static class CliOption
{
    public static void AddAll(this Command command, params ReadOnlySpan<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }
    }

    /// <param name="name">With its dashes.</param>
    /// <param name="description">What it is for.</param>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <param name="name">With its dashes.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="byDefault">Where the option is not given; null for nothing.</param>
    public static Option<string> Text(string name, string description, string? byDefault = null)
    {
        var option = new Option<string>(name) { Description = description };
        if (byDefault is not null)
            option.DefaultValueFactory = _ => byDefault;
        return option;
    }

    /// <summary>That may be given again.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">What it is for.</param>
    public static Option<string[]> Texts(string name, string description) => new(name) { Description = description };

    /// <summary>A whole number within bounds. What is none, or lies outside, is said in one sentence.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">Without the bounds.</param>
    /// <param name="least">The smallest that is accepted.</param>
    /// <param name="most">The largest.</param>
    /// <param name="byDefault">Where the option is not given; null makes it required.</param>
    /// <param name="reason">Why it may not be smaller or larger, as a sentence.</param>
    public static Option<int> Number(string name, string description, int least, int most, int? byDefault, string? reason = null)
    {
        var bounds = most == int.MaxValue
            ? $"{least} or more"
            : $"{least} to {most}";
        var option = new Option<int>(name)
        {
            Description = $"{description} ({bounds})",
            Required = byDefault is null,
            CustomParser = result =>
            {
                var text = result.Tokens is [var token] ? token.Value : "";
                if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
                    && number <= most)
                    return number;
                result.AddError($"{name} must be a whole number, {bounds}, and not '{text}'.{(reason is null ? "" : $" {reason}")}");
                return byDefault ?? least;
            },
        };
        if (byDefault is { } value)
            option.DefaultValueFactory = _ => value;
        return option;
    }
}
