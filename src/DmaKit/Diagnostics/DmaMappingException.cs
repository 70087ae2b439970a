namespace DmaKit;

/// <summary>Data cannot be mapped as one transfer under the adapter's constraints: the message says which one, and what to do.</summary>
/// <param name="message">Which limit, its value, what was asked.</param>
public sealed class DmaMappingException(string message) : DmaException(message);
