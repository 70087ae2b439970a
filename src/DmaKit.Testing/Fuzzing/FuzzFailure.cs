namespace DmaKit.Testing;

/// <summary>An input that broke a promise.</summary>
/// <param name="InputSeed">What it is made from: <see cref="FuzzRun.Replay"/> makes it again.</param>
/// <param name="Message">What happened, in one line.</param>
/// <param name="Input">The bytes.</param>
/// <param name="Cause">What was thrown; null where a bound was broken.</param>
public sealed record FuzzFailure(ulong InputSeed, string Message, ReadOnlyMemory<byte> Input, Exception? Cause);
