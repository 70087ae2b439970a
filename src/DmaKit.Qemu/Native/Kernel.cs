using System.Runtime.InteropServices;

namespace DmaKit.Qemu.Native;

/// <summary>The calls of the C library that running QEMU needs. Linux only.</summary>
internal static partial class Kernel
{
    private const int Terminate = 15;

    /// <summary>Asks a process to end itself in good order.</summary>
    /// <param name="process">Its id; one that this process started and has not yet seen the end of.</param>
    internal static void AskToEnd(int process) => _ = Kill(process, Terminate);

    /// <summary>Pauses the calling thread for a time much shorter than the framework's millisecond.</summary>
    internal static void Pause(uint microseconds) => _ = Sleep(microseconds);

    // SAFETY: neither call touches memory of ours; any thread.
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(uint microseconds);
}
