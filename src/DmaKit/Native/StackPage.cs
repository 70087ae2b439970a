using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>Who is running, without asking the runtime: the page of the stack that the caller's frame lies in.</summary>
/// <remarks>
/// A page is part of one live thread's stack and of no other's. What was claimed under a page is therefore its thread's alone, and after that thread
/// has ended its heir's, whose stack took the page over. Cheaper than a thread-static field, which costs a call on Linux.
/// </remarks>
internal static unsafe class StackPage
{
    /// <summary>The size of a page in bytes. Between the stacks of two threads lies one that belongs to neither.</summary>
    internal const int Size = 1 << Bits;

    private const int Bits = 12;

    internal static nuint Current => Here >> Bits;

    /// <summary>The address of the caller's frame.</summary>
    internal static nuint Here
    {
        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // SAFETY: only the address is used; nothing is read or written through it.
            int here;
            return (nuint)(&here);
        }
    }
}
