namespace DmaKit.Testing;

/// <summary>What is under test broke a promise: it took an input wrongly, or without a bound of memory or work.</summary>
/// <param name="message">Which promise, with the values, in one line.</param>
public sealed class FuzzFailureException(string message) : Exception(message);
