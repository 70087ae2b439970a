namespace DmaKit.Vfio.Native;

/// <summary>Error numbers of Linux that mean something particular here; they are the same on x64 and arm64.</summary>
internal static class Errno
{
    internal const int NoEntry = 2;
    internal const int Interrupted = 4;
    internal const int Again = 11;
    internal const int NoMemory = 12;
    internal const int Access = 13;
    internal const int Busy = 16;
    internal const int Invalid = 22;
    internal const int NoSpace = 28;
    internal const int NotPermitted = 1;
}
