using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DmaKit.Qemu.Native;

/// <summary>The calls of the C library that running QEMU needs. Linux only.</summary>
internal static partial class Kernel
{
    private const int Terminate = 15;
    private const int PathOnly = 0x20_0000, CloseOnExec = 0x8_0000;

    /// <summary>Asks a process to end itself in good order.</summary>
    /// <param name="process">Its id; one that this process started and has not yet seen the end of.</param>
    internal static void AskToEnd(int process) => _ = Kill(process, Terminate);

    /// <summary>Pauses the calling thread for a time much shorter than the framework's millisecond.</summary>
    internal static void Pause(uint microseconds) => _ = Sleep(microseconds);

    /// <summary>Keeps hold of what has a name now, whatever it is and without opening it: <c>/proc</c> leads there when the name is gone.</summary>
    /// <param name="path">The name.</param>
    /// <exception cref="IOException">There is no such name.</exception>
    internal static SafeFileHandle HoldPath(string path)
    {
        int descriptor = Open(path, PathOnly | CloseOnExec);
        return descriptor < 0 ? throw new IOException($"'{path}' cannot be held.") : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    // SAFETY: the name is copied for the call; any thread.
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    // SAFETY: neither call touches memory of ours; any thread.
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(uint microseconds);
}
