using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>
/// Gives every slot of every pool in the process a number of its own, and finds the pool behind one. A block's handle is then a slot's number and a
/// generation, eight bytes: it needs to name no pool.
/// </summary>
/// <remarks>
/// Numbers are given out in stretches of whole chunks. A chunk that comes back is given out again with generations above all that its slots ever had,
/// so that handles of a pool that was disposed stay stale; one whose generations are half used up is retired. Chunk 0 is nobody's: a default handle
/// finds nothing. Lookup takes no lock.
/// </remarks>
internal static class SlotDirectory
{
    private const int ChunkBits = 10;
    private const int ChunkSlots = 1 << ChunkBits;
    private const int MaxChunks = 1 << (32 - ChunkBits);
    private const uint LastStart = 1u << 31;

    private static readonly Lock s_gate = new();

    /// <summary>Each chunk's pool, or null.</summary>
    private static BlockPool?[] s_owners = new BlockPool?[64];

    /// <summary>Each chunk's least generation for its next pool; 0 for a chunk that is not to be had.</summary>
    private static uint[] s_generations = Fresh(64);

    /// <summary>Reserves numbers for <paramref name="count"/> slots.</summary>
    /// <param name="count">1 or more.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="generation">The least generation that handles may carry.</param>
    /// <exception cref="DmaResourceException">No stretch of numbers is left that is long enough.</exception>
    internal static void Reserve(int count, out uint first, out uint generation)
    {
        int wanted = Chunks(count);
        lock (s_gate)
        {
            int start = 1;
            int run = 0;
            for (int i = 1; run < wanted; i++)
            {
                if (i == s_generations.Length) Grow();
                if (s_generations[i] != 0)
                {
                    run++;
                    continue;
                }

                run = 0;
                start = i + 1;
            }

            generation = 1;
            foreach (ref uint least in s_generations.AsSpan(start, wanted))
            {
                generation = Math.Max(generation, least);
                least = 0;
            }

            first = (uint)start << ChunkBits;
        }
    }

    /// <summary>Puts the pool behind the numbers that were reserved for it.</summary>
    internal static void Set(uint first, int count, BlockPool owner)
    {
        lock (s_gate) s_owners.AsSpan((int)(first >> ChunkBits), Chunks(count)).Fill(owner);
    }

    /// <summary>Takes the pool away; its handles find nobody from now on.</summary>
    /// <param name="first">The first number.</param>
    /// <param name="count">How many slots.</param>
    /// <param name="generation">A generation above all that its handles carry; 0 when there is none.</param>
    internal static void Remove(uint first, int count, uint generation)
    {
        lock (s_gate)
        {
            int start = (int)(first >> ChunkBits);
            s_owners.AsSpan(start, Chunks(count)).Clear();
            if (generation <= LastStart) s_generations.AsSpan(start, Chunks(count)).Fill(generation);
        }
    }

    /// <summary>The pool that a slot belongs to now, or null. The caller compares the generation.</summary>
    // SAFETY: the chunk is compared with the length of the array that was read once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static BlockPool? Find(uint slot)
    {
        BlockPool?[] owners = s_owners;
        uint chunk = slot >> ChunkBits;
        return chunk < (uint)owners.Length ? Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(owners), (nint)chunk) : null;
    }

    private static int Chunks(int count) => (int)(((long)count + ChunkSlots - 1) >> ChunkBits);

    private static void Grow()
    {
        if (s_generations.Length == MaxChunks)
            throw new DmaResourceException("The pools of this process have used up the numbers of blocks: 2^32, less those of pools that were disposed.", 1, 0);
        uint[] generations = Fresh(s_generations.Length * 2);
        s_generations.CopyTo(generations, 0);
        s_generations = generations;
        BlockPool?[] owners = s_owners;
        Array.Resize(ref owners, generations.Length);
        Volatile.Write(ref s_owners, owners);
    }

    private static uint[] Fresh(int length)
    {
        uint[] generations = new uint[length];
        Array.Fill(generations, 1u, 1, length - 1);
        return generations;
    }
}
