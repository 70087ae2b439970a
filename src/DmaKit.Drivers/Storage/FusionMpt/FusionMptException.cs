namespace DmaKit.Drivers;

/// <summary>The adapter itself failed: it could not be brought up, or stopped in its fault state.</summary>
/// <param name="message">What was done, and what the adapter answered.</param>
/// <param name="faultCode">The adapter's fault code; 0 when it is not in its fault state.</param>
/// <param name="innerException">What caused it, or null.</param>
public sealed class FusionMptException(string message, int faultCode = 0, Exception? innerException = null) : DmaException(message, innerException)
{
    /// <summary>The adapter's fault code; 0 when it is not in its fault state.</summary>
    public int FaultCode { get; } = faultCode;

    internal static void ThrowIfFailed(string message, ushort iocStatus)
    {
        iocStatus = (ushort)(iocStatus & ~ReplyFrame.LogInfoAvailable);
        if (iocStatus != 0) throw new FusionMptException($"The adapter refused {message}: status 0x{iocStatus:X4}.");
    }
}
