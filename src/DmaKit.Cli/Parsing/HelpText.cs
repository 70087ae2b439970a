using System.CommandLine;
using System.Text;

namespace DmaKit.Cli;

/// <summary>The help of a command: a sentence, how to type it, its verbs or options, examples.</summary>
internal static class HelpText
{
    private const int MostWidth = 110;
    private const int LeastWidth = 40;

    private static readonly string[] RootExamples =
    [
        "dmakit demo",
        "dmakit disk write --image D.img --create 512MiB --from FILE",
        "dmakit disk read --image D.img --to - --length 1MiB | sha256sum",
        "dmakit net loop IN.pcap --out GOT.pcap --fragments 8",
    ];

    /// <summary>Writes the help of a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="terminalWidth">How many characters a line may have.</param>
    internal static void Write(Command command, TextWriter writer, int terminalWidth)
    {
        int width = Math.Clamp(terminalWidth - 1, LeastWidth, MostWidth);
        var text = new StringBuilder();
        Wrap(text, command.Description ?? "", "", width);
        text.Append("\nUsage:\n");
        Wrap(text, Usage(command), "  ", width);
        Section(text, "Verbs", [.. command.Subcommands.Where(c => !c.Hidden).Select(c => (UsageName(c), c.Description ?? ""))], width);
        Section(text, "Arguments", [.. command.Arguments.Select(a => (a.Name, a.Description ?? ""))], width);
        Section(text, "Options", [.. OptionsOf(command).Select(o => (Label(o), Describe(o)))], width);
        IReadOnlyList<string> examples = command is VerbCommand verb ? verb.Examples : command is RootCommand ? RootExamples : [];
        if (examples.Count > 0) text.Append("\nExamples:\n");
        foreach (string example in examples) text.Append("  ").Append(example).Append('\n');
        if (command is RootCommand)
        {
            text.Append("\nExit codes:\n");
            Wrap(text, "0 done; 1 input, device or comparison failed; 2 wrong usage; 130 after Ctrl-C; 141 when the reader of the standard output has gone.", "  ", width);
        }

        writer.Write(text.ToString());
    }

    /// <summary>The words that lead to a command, the tool's name first.</summary>
    internal static IEnumerable<string> PathOf(Command command) =>
        command is RootCommand ? ["dmakit"] : PathOf(command.Parents.OfType<Command>().First()).Append(command.Name);

    /// <summary>A message that can follow the tool's name and a colon.</summary>
    internal static string LowerFirst(string message) =>
        message.Length > 1 && char.IsUpper(message[0]) && char.IsLower(message[1]) ? char.ToLowerInvariant(message[0]) + message[1..] : message;

    private static string Usage(Command command)
    {
        var words = new List<string>(PathOf(command));
        if (command.Subcommands.Count > 0) words.Add(command.Action is null ? "VERB" : "[VERB]");
        words.AddRange(command.Arguments.Select(a => a.Name));
        words.AddRange(command.Options.Where(o => o.Required).Select(o => $"{o.Name} {o.HelpName}"));
        words.Add("[options]");
        return string.Join(' ', words);
    }

    private static string UsageName(Command command) => string.Join(' ', command.Arguments.Select(a => a.Name).Prepend(command.Name));

    private static IEnumerable<Option> OptionsOf(Command command)
    {
        IEnumerable<Option> own = command.Options.Where(o => !o.Hidden && !o.Recursive);
        IEnumerable<Option> inherited = command.Parents.OfType<Command>().SelectMany(AncestorOptions);
        IEnumerable<Option> recursive = command.Options.Where(o => !o.Hidden && o.Recursive);
        return own.OrderBy(o => !o.Required).Concat(recursive).Concat(inherited);
    }

    private static IEnumerable<Option> AncestorOptions(Command command) =>
        command.Options.Where(o => o.Recursive && !o.Hidden).Concat(command.Parents.OfType<Command>().SelectMany(AncestorOptions));

    private static string Label(Option option)
    {
        string names = string.Join(", ", option.Aliases.Where(a => a is not ("-?" or "/?" or "/h")).Order(StringComparer.Ordinal).Append(option.Name));
        return option.HelpName is null ? names : $"{names} {option.HelpName}";
    }

    private static string Describe(Option option)
    {
        string text = option.Description ?? "";
        if (option.Required) return $"{text} Required.";
        if (option.ValueType == typeof(bool)) return text;
        if (!option.HasDefaultValue || option.GetDefaultValue() is not { } standard) return text;
        string shown = standard switch
        {
            long bytes => bytes == 0 ? "0" : SizeText.Show(bytes).Replace(" ", "", StringComparison.Ordinal),
            TimeSpan time => time == TimeSpan.Zero ? "0" : TimeText.Show(time),
            _ => FormattableString.Invariant($"{standard}"),
        };
        return $"{text} Default: {shown}.";
    }

    private static void Section(StringBuilder text, string title, IReadOnlyList<(string Left, string Right)> rows, int width)
    {
        if (rows.Count == 0) return;
        text.Append('\n').Append(title).Append(":\n");
        int left = Math.Min(rows.Max(r => r.Left.Length), width / 2);
        foreach ((string name, string description) in rows)
        {
            string indent = new(' ', left + 4);
            var body = new StringBuilder();
            Wrap(body, description, indent, width);
            string wrapped = body.ToString();
            text.Append("  ");
            if (name.Length > left) text.Append(name).Append('\n').Append(wrapped);
            else text.Append(name.PadRight(left + 2)).Append(wrapped.AsSpan(Math.Min(indent.Length, wrapped.Length)));
            if (wrapped.Length == 0) text.Append('\n');
        }
    }

    private static void Wrap(StringBuilder text, string words, string indent, int width)
    {
        int column = 0;
        foreach (string word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > 0 && column + 1 + word.Length > width)
            {
                text.Append('\n');
                column = 0;
            }

            if (column == 0)
            {
                text.Append(indent).Append(word);
                column = indent.Length + word.Length;
            }
            else
            {
                text.Append(' ').Append(word);
                column += 1 + word.Length;
            }
        }

        if (column > 0) text.Append('\n');
    }
}
