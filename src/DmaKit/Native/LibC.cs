using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>The calls of the C library that a machine's memory needs. Linux only.</summary>
internal static partial class LibC
{
    internal const int ProtNone = 0;
    internal const int ProtReadWrite = 1 | 2;
    internal const int MapShared = 0x01;
    internal const int MapPrivate = 0x02;
    internal const int MapFixed = 0x10;
    internal const int MapAnonymous = 0x20;
    internal const int MapNoReserve = 0x4000;
    internal const uint MemfdCloseOnExec = 1;
    internal const int FallocateKeepSize = 1;
    internal const int FallocatePunchHole = 2;

    // SAFETY: for all of them: the callers in this folder own the descriptor and the address ranges they pass, have checked bounds
    // against their own lengths, and keep both until their own disposal; the calls themselves are safe from any thread.
    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate")]
    internal static partial int SetLength(int file, long length);

    [LibraryImport("libc", EntryPoint = "fallocate")]
    internal static partial int Allocate(int file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "mmap")]
    internal static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    internal static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int file);

    /// <summary>What the last failed call said, in words. For messages only: asked for right after the call.</summary>
    // SAFETY: reads the calling thread's error number; touches no memory of ours.
    internal static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError());
}
