namespace DmaKit;

/// <summary>A driver broke a rule of the library: the message names the rule, the value and the legal range.</summary>
/// <param name="message">What was done, and what to do instead.</param>
public sealed class DmaMisuseException(string message) : DmaException(message)
{
    /// <summary>A short name of the rule, such as <c>block-returned-twice</c>; empty where the rule has none.</summary>
    public string Rule { get; init; } = "";
}
