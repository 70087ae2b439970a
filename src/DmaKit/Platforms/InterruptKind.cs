namespace DmaKit.Platforms;

/// <summary>How an interrupt reaches the program.</summary>
public enum InterruptKind
{
    /// <summary>A level-triggered line, which other functions may share.</summary>
    Line,

    /// <summary>A message-signalled interrupt (MSI).</summary>
    Message,

    /// <summary>A message-signalled interrupt with a table (MSI-X).</summary>
    MessageX,
}
