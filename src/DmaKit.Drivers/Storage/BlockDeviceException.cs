namespace DmaKit.Drivers;

/// <summary>A request to a block device failed. The message says what was asked, and what the device made of it.</summary>
/// <param name="status">Why it failed.</param>
/// <param name="request">What was asked, in words, such as <c>read of 8 blocks at 128</c>.</param>
/// <param name="reason">What is known of the reason, in words.</param>
/// <param name="sense">The device's sense data, or null when it gave none.</param>
/// <param name="innerException">What caused it, or null.</param>
public sealed class BlockDeviceException(
    BlockDeviceStatus status, string request, string reason, ScsiSense? sense = null, Exception? innerException = null)
    : IOException($"The {request} failed: {reason}.", innerException)
{
    /// <summary>Why it failed.</summary>
    public BlockDeviceStatus Status { get; } = status;

    /// <summary>What was asked.</summary>
    public string Request { get; } = request;

    /// <summary>The device's sense data; null when it gave none.</summary>
    public ScsiSense? Sense { get; } = sense;
}
