namespace DmaKit.Drivers.Tests;

/// <summary>A buffer changed after its request had ended.</summary>
internal sealed class LateWriteException(int offset) : Exception($"Byte {offset} of the caller's buffer changed after the call had ended.");
