using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary>What an error must be: one line that people can read, of a bounded length.</summary>
internal static class ClearError
{
    private const int Longest = 400;

    /// <summary>Judges the error with which something was refused.</summary>
    /// <exception cref="FuzzFailureException">It is none.</exception>
    internal static void Check(Exception error)
    {
        // The framework puts the name of an argument and its value on lines of their own.
        string text = error is ArgumentException ? error.Message.ReplaceLineEndings(" ") : error.Message;
        if (text.Length is 0 or > Longest) throw new FuzzFailureException($"the error of {error.GetType().Name} has {text.Length} characters; legal: 1 to {Longest}");
        foreach (char c in text)
            if (char.IsControl(c) || c == '\uFFFD') throw new FuzzFailureException($"the error of {error.GetType().Name} has the character U+{(int)c:X4} in it");
    }
}
