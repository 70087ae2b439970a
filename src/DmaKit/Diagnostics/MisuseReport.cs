namespace DmaKit;

/// <summary>A rule that was broken where nothing could be thrown: in a disposal, a handler, or by the device.</summary>
/// <param name="Rule">A short name of the rule, such as <c>buffer-disposed-while-in-use</c>.</param>
/// <param name="Message">What happened and what to do instead.</param>
/// <param name="Owner">The name of the buffer, pool or adapter it is about.</param>
/// <param name="Cause">The exception that was caught, if one was.</param>
public sealed record MisuseReport(string Rule, string Message, string Owner, Exception? Cause = null)
{
    /// <summary>For checkers: which mapping it is about (<see cref="DmaMapping.Identity"/>); null when none or not known.</summary>
    public object? About { get; init; }

    /// <summary>One line: rule, owner, message.</summary>
    public override string ToString() => $"{Rule}: {Owner}: {Message}";
}
