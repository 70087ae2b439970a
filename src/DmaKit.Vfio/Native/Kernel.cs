using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>The calls of the C library that VFIO needs. Linux only. What they return and leave behind as error is told by the caller's words.</summary>
[SuppressMessage("ApiDesign", "RS0030", Justification = "What the compiler makes of the declarations keeps the error number, and is in no folder.")]
internal static unsafe partial class Kernel
{
    private const int OpenReadWrite = 2, OpenCloseOnExec = 0x80000;
    /// <summary>For <see cref="LockFile"/>: alone, or not at all.</summary>
    internal const int LockAlone = 2 | 4;

    private const int EventNonBlocking = 0x800, EventCloseOnExec = 0x80000;

    /// <summary>The last failed call's error number. Asked for right after the call.</summary>
    // SAFETY: reads the calling thread's error number; touches no memory of ours.
    internal static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>An error number in words.</summary>
    // SAFETY: as for LastError.
    internal static string Words(int error) => Marshal.GetPInvokeErrorMessage(error);

    /// <summary>Opens a file for reading and writing.</summary>
    /// <returns>An invalid descriptor when that failed.</returns>
    internal static Descriptor Open(string path) => new(OpenFile(path, OpenReadWrite | OpenCloseOnExec));

    /// <summary>Makes an event counter that never blocks.</summary>
    internal static Descriptor NewEvent()
    {
        var made = new Descriptor(EventDescriptor(0, EventNonBlocking | EventCloseOnExec));
        return made.IsInvalid ? throw new DmaException($"The kernel made no event counter: {Words(LastError)}.") : made;
    }

    // SAFETY: for all of them: descriptors are held by their handles for the time of the call; pointers name memory of the caller's, of the length that
    // goes with them, for the time of the call; the calls are safe from any thread.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(Descriptor descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(Descriptor descriptor, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(Descriptor descriptor, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    internal static partial nint ReadAt(Descriptor descriptor, void* buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint WriteAt(Descriptor descriptor, void* buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Map(nint address, nuint length, int protection, int flags, Descriptor file, long offset);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint MapNoFile(nint address, nuint length, int protection, int flags, int noFile, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    internal static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "mlock", SetLastError = true)]
    internal static partial int Lock(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    internal static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int LockFile(Descriptor file, int operation);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int NewPoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int ChangePoll(Descriptor poll, int operation, Descriptor file, void* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    internal static partial int WaitPoll(Descriptor poll, void* events, int most, int milliseconds);
}
