namespace DmaKit;

/// <summary>The device, or the program that plays it, is gone: no register answers any more.</summary>
/// <param name="message">Which device, and what is known of why.</param>
/// <param name="innerException">What caused it, or null.</param>
public sealed class DeviceLostException(string message, Exception? innerException = null) : DmaException(message, innerException);
