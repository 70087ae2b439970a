using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace DmaKit.Cli;

/// <summary>Options whose values are checked while the command line is read, so that a wrong one is wrong usage and touches nothing.</summary>
internal static class OptionKinds
{
    /// <summary>A size, see <see cref="SizeText"/>.</summary>
    internal static Option<long> Size(string name, string description, long standard, long least, long most, long multiple = 1) =>
        new(name)
        {
            Description = description,
            HelpName = "SIZE",
            DefaultValueFactory = _ => standard,
            CustomParser = result => ParseSize(name, result, least, most, multiple),
        };

    /// <summary>A size that need not be given.</summary>
    internal static Option<long?> OptionalSize(string name, string description, long least, long most, long multiple = 1) =>
        new(name)
        {
            Description = description,
            HelpName = "SIZE",
            CustomParser = result => ParseSize(name, result, least, most, multiple),
        };

    /// <summary>A whole number.</summary>
    internal static Option<int> Number(string name, string description, int standard, int least, int most) =>
        new(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most) return value;
                result.AddError($"{name} is '{text}'; legal: a whole number from {least} to {most}");
                return standard;
            },
        };

    /// <summary>A fraction.</summary>
    internal static Option<double> Fraction(string name, string description, double standard) =>
        new(name)
        {
            Description = description,
            HelpName = "0..1",
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1) return value;
                result.AddError($"{name} is '{text}'; legal: a number from 0 to 1");
                return standard;
            },
        };

    /// <summary>A number with or without a fraction, and a sign where negative ones are legal.</summary>
    internal static Option<double> Real(string name, string description, double standard, double least, double most) =>
        new(name)
        {
            Description = description,
            HelpName = "X",
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most) return value;
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}'; legal: a number from {least} to {most}"));
                return standard;
            },
        };

    /// <summary>On or off, as text: for an option of truth values the library takes nothing but true and false.</summary>
    internal static Option<string> OnOff(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "on|off",
            DefaultValueFactory = _ => "off",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (text is not ("on" or "off")) result.AddError($"{name} is '{text}'; legal: on, off");
                return text;
            },
        };

    /// <summary>A time such as <c>5ms</c>, <c>250us</c>, <c>2s</c>.</summary>
    internal static Option<TimeSpan> Time(string name, string description, TimeSpan standard, TimeSpan most) =>
        new(name)
        {
            Description = description,
            HelpName = "TIME",
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (TimeText.TryParse(text, out TimeSpan time) && time <= most) return time;
                result.AddError($"{name} is '{text}'; legal: a number with us, ms or s, at most {TimeText.Show(most)}");
                return standard;
            },
        };

    /// <summary>A file, or <c>-</c>.</summary>
    internal static Option<string> File(string name, string description, string helpName)
    {
        var option = new Option<string>(name) { Description = description, HelpName = helpName, Required = true };
        option.Validators.Add(result => Refuse(result, name));
        return option;
    }

    /// <summary>A file that stands without a name before it.</summary>
    internal static Argument<string> Positional(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result => Refuse(result, name));
        return argument;
    }

    private static void Refuse(SymbolResult result, string name)
    {
        foreach (Token token in result.Tokens)
            if (token.Value.Length == 0) result.AddError($"{name} is empty; give the name of a file");
    }

    private static long ParseSize(string name, ArgumentResult result, long least, long most, long multiple)
    {
        string text = result.Tokens[0].Value;
        if (!SizeText.TryParse(text, out long bytes)) result.AddError($"{name} is '{text}'; legal: {SizeText.Legal}");
        else if (bytes < least || bytes > most) result.AddError($"{name} is '{text}'; legal: {SizeText.Show(least)} to {SizeText.Show(most)}");
        else if (bytes % multiple != 0) result.AddError($"{name} is '{text}'; legal: a multiple of {SizeText.Show(multiple)}");
        return bytes;
    }
}
