namespace DmaKit;

/// <summary>What every exception of DmaKit derives from, but for wrong arguments and use after disposal.</summary>
/// <param name="message">What happened, with the value and the limit.</param>
/// <param name="innerException">What caused it, or null.</param>
public class DmaException(string message, Exception? innerException = null) : Exception(message, innerException);
