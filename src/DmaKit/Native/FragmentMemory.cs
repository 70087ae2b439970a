using System.Buffers;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>Finds out what kind of memory a fragment is, and copies between fragments and memory that a device reaches.</summary>
internal static unsafe class FragmentMemory
{
    /// <summary>The memory as a fragment.</summary>
    // SAFETY: only looks at the object inside; offset and length come from the memory itself.
    public static Fragment Of(ReadOnlyMemory<byte> memory)
    {
        if (MemoryMarshal.TryGetMemoryManager<byte, HostMemory>(memory, out HostMemory? native, out int start, out _))
            return new Fragment(native.Owner, native.Host + start, memory.Length, FragmentKind.Native);
        if (MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> array))
            return new Fragment(array.Array!, array.Offset, memory.Length, FragmentKind.Array);
        return MemoryMarshal.TryGetMemoryManager(memory, out MemoryManager<byte>? manager, out start, out _)
            ? new Fragment(manager, start, memory.Length, FragmentKind.Manager)
            : throw new ArgumentException("The memory is neither an array nor a memory manager's.", nameof(memory));
    }

    /// <summary>The place so many bytes behind <paramref name="at"/>.</summary>
    public static ChainCursor Advance(ReadOnlySpan<Fragment> chain, ChainCursor at, long bytes)
    {
        (int index, long within) = (at.Fragment, at.Within + bytes);
        while (index < chain.Length && within >= chain[index].Length) within -= chain[index++].Length;
        return new ChainCursor(index, within);
    }

    /// <summary>Copies the first bytes of a chain, as many as there is room for.</summary>
    // SAFETY: the span stays where it is while it is pinned, and has room for its own length.
    public static void Gather(ReadOnlySpan<Fragment> chain, Span<byte> to)
    {
        fixed (byte* start = to) Gather(chain, default, (nint)start, to.Length);
    }

    /// <summary>Copies all of a chain that is native memory: where fragments are short, each look at one counts.</summary>
    // SAFETY: the caller owns at `to` what all fragments amount to; native memory stays mapped until the platform closes, and its owner is held.
    public static void GatherAll(ReadOnlySpan<Fragment> chain, nint to)
    {
        foreach (ref readonly Fragment fragment in chain)
        {
            long length = fragment.Length;
            if (length < PieceCopy.Shortest) NativeMemory.Copy((void*)fragment.Start, (void*)to, (nuint)length);
            else PieceCopy.Copy((byte*)fragment.Start, (byte*)to, length);
            to += (nint)length;
        }
    }

    /// <summary>Copies bytes of a chain to <paramref name="to"/>, and moves the place behind them.</summary>
    /// <returns>The place behind the last byte.</returns>
    // SAFETY: the caller owns length bytes at `to`; the chain has as many from `at` on; arrays are pinned while they are copied;
    // native memory stays mapped until the platform closes, and its owner is held by the mapping.
    public static ChainCursor Gather(ReadOnlySpan<Fragment> chain, ChainCursor at, nint to, long length)
    {
        (int index, long within) = (at.Fragment, at.Within);
        if (within == 0)
        {
            // Whole fragments of native memory, one after the other.
            for (; index < chain.Length; index++)
            {
                ref readonly Fragment whole = ref chain[index];
                if (whole.Kind != FragmentKind.Native || whole.Length > length) break;
                PieceCopy.Copy((byte*)whole.Start, (byte*)to, whole.Length);
                length -= whole.Length;
                to += (nint)whole.Length;
            }

            if (length == 0) return new ChainCursor(index, 0);
        }

        while (true)
        {
            ref readonly Fragment fragment = ref chain[index];
            long left = fragment.Length - within;
            long part = Math.Min(left, length);
            if (fragment.Kind == FragmentKind.Native)
            {
                PieceCopy.Copy((byte*)(fragment.Start + (nint)within), (byte*)to, part);
            }
            else if (fragment.Kind == FragmentKind.Array)
            {
                fixed (byte* from = (byte[])fragment.Keeper) PieceCopy.Copy(from + fragment.Start + within, (byte*)to, part);
            }
            else if (fragment.Kind == FragmentKind.Manager)
            {
                Managed(fragment, within, part).CopyTo(new Span<byte>((void*)to, (int)part));
            }
            else
            {
                NativeMemory.Clear((void*)to, (nuint)part);
            }

            length -= part;
            to += (nint)part;
            (index, within) = part == left ? (index + 1, 0) : (index, within + part);
            if (length == 0) return new ChainCursor(index, within);
        }
    }

    /// <summary>Copies bytes from <paramref name="from"/> into a chain.</summary>
    /// <returns>The place behind the last byte.</returns>
    // SAFETY: as for Gather; the chain was refused for this direction if any of its memory was given as read-only.
    public static ChainCursor Scatter(ReadOnlySpan<Fragment> chain, ChainCursor at, nint from, long length)
    {
        (int index, long within) = (at.Fragment, at.Within);
        while (length > 0)
        {
            ref readonly Fragment fragment = ref chain[index];
            long left = fragment.Length - within;
            long part = Math.Min(left, length);
            if (fragment.Kind == FragmentKind.Native)
            {
                PieceCopy.Copy((byte*)from, (byte*)(fragment.Start + (nint)within), part);
            }
            else if (fragment.Kind == FragmentKind.Array)
            {
                fixed (byte* to = (byte[])fragment.Keeper) PieceCopy.Copy((byte*)from, to + fragment.Start + within, part);
            }
            else if (fragment.Kind == FragmentKind.Manager)
            {
                new Span<byte>((void*)from, (int)part).CopyTo(Managed(fragment, within, part));
            }

            length -= part;
            from += (nint)part;
            (index, within) = part == left ? (index + 1, 0) : (index, within + part);
        }

        return new ChainCursor(index, within);
    }

    /// <summary>Copies bytes of a chain into a span, as many as there is room for.</summary>
    // SAFETY: the span stays where it is while it is pinned; the chain has as many bytes from `at` on.
    public static void Read(ReadOnlySpan<Fragment> chain, ChainCursor at, Span<byte> to)
    {
        fixed (byte* start = to)
            if (to.Length > 0) Gather(chain, at, (nint)start, to.Length);
    }

    /// <summary>Copies a span into a chain.</summary>
    // SAFETY: as for Read.
    public static void Write(ReadOnlySpan<Fragment> chain, ChainCursor at, ReadOnlySpan<byte> from)
    {
        fixed (byte* start = from) Scatter(chain, at, (nint)start, from.Length);
    }

    /// <summary>Where the next bytes are, if they are native memory and as many lie there.</summary>
    /// <param name="chain">The fragments.</param>
    /// <param name="at">Where the bytes start.</param>
    /// <param name="length">How many are asked for.</param>
    /// <param name="pinned">Where fragments of memory managers are, by number; 0 for those that are not pinned.</param>
    /// <param name="host">Where they are in this process.</param>
    public static bool TryGetHost(ReadOnlySpan<Fragment> chain, ChainCursor at, long length, ReadOnlySpan<nint> pinned, out nint host)
    {
        host = 0;
        if (at.Fragment < chain.Length && at.Within == chain[at.Fragment].Length) at = new ChainCursor(at.Fragment + 1, 0);
        if (at.Fragment >= chain.Length) return false;
        ref readonly Fragment fragment = ref chain[at.Fragment];
        nint start = fragment.Kind == FragmentKind.Native ? fragment.Start : at.Fragment < pinned.Length ? pinned[at.Fragment] : 0;
        if (start == 0 || fragment.Length - at.Within < length) return false;
        host = start + (nint)at.Within;
        return true;
    }

    /// <summary>Keeps memory of a manager where it is.</summary>
    /// <param name="fragment">The memory.</param>
    /// <param name="pin">Lets it go.</param>
    /// <param name="host">Where it is.</param>
    /// <returns>False where its manager keeps no memory in place.</returns>
    // SAFETY: only takes the address that the manager answers for until the handle is disposed.
    public static bool TryPin(in Fragment fragment, out MemoryHandle pin, out nint host)
    {
        try
        {
            pin = ((MemoryManager<byte>)fragment.Keeper).Pin((int)fragment.Start);
            host = (nint)pin.Pointer;
            return true;
        }
        catch (NotSupportedException)
        {
            (pin, host) = (default, 0);
            return false;
        }
    }

    /// <summary>Copies bytes that lie side by side.</summary>
    // SAFETY: the caller owns them on both sides.
    public static void Copy(nint from, nint to, long length) => NativeMemory.Copy((void*)from, (void*)to, (nuint)length);

    /// <summary>Sets bytes at <paramref name="host"/> to zero.</summary>
    // SAFETY: the caller owns them.
    public static void Clear(nint host, long length) => NativeMemory.Clear((void*)host, (nuint)length);

    private static Span<byte> Managed(in Fragment fragment, long within, long length) =>
        ((MemoryManager<byte>)fragment.Keeper).GetSpan().Slice((int)(fragment.Start + within), (int)length);
}
