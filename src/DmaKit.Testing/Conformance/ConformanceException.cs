namespace DmaKit.Testing;

/// <summary>A platform broke a contract: the message says what was expected and what was seen.</summary>
/// <param name="message">What was expected and what was seen.</param>
public sealed class ConformanceException(string message) : Exception(message);
