namespace DmaKit.Cli;

/// <summary>What the system says of a file that somebody else has.</summary>
internal static class FileLock
{
    private const int LinuxWouldBlock = 11;
    private const int DarwinWouldBlock = 35;
    private const int WindowsSharing = unchecked((int)0x80070020);
    private const int WindowsLock = unchecked((int)0x80070021);

    /// <summary>Whether an error means that somebody has the file and does not share it.</summary>
    internal static bool IsTaken(IOException error) => error.HResult switch
    {
        WindowsSharing or WindowsLock => true,
        LinuxWouldBlock => OperatingSystem.IsLinux(),
        DarwinWouldBlock => !OperatingSystem.IsLinux(),
        _ => false,
    };
}
