using System.Globalization;

namespace DmaKit.Emulation;

/// <summary>One thing that goes wrong, and when.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="After">How many events of the kind's sort pass first: 0 or more.</param>
/// <param name="Times">How many events it strikes then, one after the other: 1 or more.</param>
/// <remarks>As text: <c>lost-interrupt@7x2</c> passes seven interrupts and loses the two that follow.</remarks>
public sealed record Fault(FaultKind Kind, int After = 0, int Times = 1)
{
    /// <summary>How many events pass first.</summary>
    public int After { get; } = After >= 0 ? After : throw new ArgumentOutOfRangeException(nameof(After), After, $"After is {After}; legal: 0 or more.");

    /// <summary>How many events it strikes.</summary>
    public int Times { get; } = Times >= 1 ? Times : throw new ArgumentOutOfRangeException(nameof(Times), Times, $"Times is {Times}; legal: 1 or more.");

    /// <summary>What it may do to requests.</summary>
    public FaultEffect Effect => FaultCatalogue.Of(Kind).Effect;

    /// <summary>
    /// Whether nobody could be defended against it without an IOMMU: the device writes where it should not, and no software stands in between.
    /// </summary>
    public bool NeedsIommu => FaultCatalogue.Of(Kind).NeedsIommu;

    /// <summary>Whether it is a fault of the machine's memory, or of what is granted of it, rather than of a device.</summary>
    public bool IsOfMemory => FaultCatalogue.Of(Kind).Make is null;

    /// <summary>Reads the text form.</summary>
    /// <param name="text">A name, then perhaps <c>@</c> and how many events pass, then perhaps <c>x</c> and how many are struck.</param>
    /// <exception cref="FormatException">The text is no fault; the message says which there are.</exception>
    public static Fault Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string rest = text.Trim();
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        string name = at < 0 ? rest : rest[..at];
        FaultKind? kind = FaultCatalogue.Find(name);
        if (kind is null) throw new FormatException($"'{name}' is no fault; there are: {string.Join(", ", FaultCatalogue.Names)}.");
        if (at < 0) return new Fault(kind.Value);
        string[] numbers = rest[(at + 1)..].Split('x');
        int times = 1;
        if (numbers.Length > 2 || !TryNumber(numbers[0], 0, out int after) || (numbers.Length == 2 && !TryNumber(numbers[1], 1, out times)))
            throw new FormatException($"'{rest}' does not say when: write {name}@7 or {name}@7x2.");
        return new Fault(kind.Value, after, times);
    }

    /// <summary>The text form.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{FaultCatalogue.Of(Kind).Name}@{After}{(Times == 1 ? "" : $"x{Times}")}");

    /// <summary>A sentence that says what it does.</summary>
    public string Describe()
    {
        FaultCatalogue.Entry entry = FaultCatalogue.Of(Kind);
        if (entry.Counts.Length == 0) return entry.Does;
        string when = string.Create(CultureInfo.InvariantCulture, $"after {After} {entry.Counts}");
        return Times == 1 ? $"{when}: {entry.Does}" : string.Create(CultureInfo.InvariantCulture, $"{when}, {Times} times: {entry.Does}");
    }

    private static bool TryNumber(string text, int least, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least;
}
