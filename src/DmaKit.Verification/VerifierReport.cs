namespace DmaKit.Verification;

/// <summary>A rule that was broken: which, by what, and where.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Message">What happened, with the values.</param>
/// <param name="Owner">The name of the buffer, pool, ring or function that it is about.</param>
public sealed record VerifierReport(VerifierRule Rule, string Message, string Owner)
{
    /// <summary>Where the thing that it is about was allocated, mapped or rented; empty when stacks are off or it is nobody's.</summary>
    public CallSite Origin { get; init; } = CallSite.None;

    /// <summary>Where the rule was broken, or where that was found.</summary>
    public CallSite At { get; init; } = CallSite.None;

    /// <summary>Whether the platform's misuse log has it by another name already, or it is the device's doing and no misuse.</summary>
    internal bool IsElsewhere { get; init; }

    /// <summary>When, on the platform's clock.</summary>
    public DateTimeOffset When { get; init; }

    /// <summary>One line: id, owner, what happened, where it came from and where it was found.</summary>
    public override string ToString()
    {
        string line = $"{Rule.Id} {Rule.Name}: {Owner}: {Message}";
        if (!Origin.IsEmpty) line += $" Allocated at {Origin}.";
        if (!At.IsEmpty) line += $" Found at {At}.";
        return line;
    }

    /// <summary>Writes it for people: the line, the stacks, the usual cause and the mend.</summary>
    /// <param name="writer">Where it goes.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine(ToString());
        foreach (string frame in Origin.Frames) writer.WriteLine($"    allocated {frame}");
        foreach (string frame in At.Frames) writer.WriteLine($"    found     {frame}");
        writer.WriteLine($"    usual cause: {Rule.Cause}");
        writer.WriteLine($"    mend: {Rule.Mend}");
    }
}
