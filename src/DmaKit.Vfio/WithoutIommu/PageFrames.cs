using System.Buffers.Binary;
using DmaKit.Native;
using Microsoft.Win32.SafeHandles;

namespace DmaKit.Vfio;

/// <summary>Which physical page is behind a page of this process, as the kernel tells root in /proc/self/pagemap.</summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class PageFrames : IDisposable
{
    private const string Path = "/proc/self/pagemap";
    private const int EntryLength = sizeof(ulong);
    private const ulong FrameBits = (1UL << 55) - 1;
    private const int PresentBit = 63;

    private readonly SafeFileHandle _file = File.OpenHandle(Path);

    /// <summary>The frames behind pages.</summary>
    /// <param name="host">Where the first page is.</param>
    /// <param name="pages">How many there are.</param>
    /// <returns>One number a page; -1 for one that is not in memory.</returns>
    /// <exception cref="DmaException">The kernel does not tell this user.</exception>
    internal long[] Of(nint host, int pages)
    {
        var entries = new byte[pages * EntryLength];
        if (RandomAccess.Read(_file, entries, (long)host / PhysicalMemory.PageSize * EntryLength) != entries.Length) throw new DmaException($"{Path} ends before it tells of the memory that was locked.");
        return Parse(entries);
    }

    public void Dispose() => _file.Dispose();

    internal static long[] Parse(ReadOnlySpan<byte> entries)
    {
        var frames = new long[entries.Length / EntryLength];
        for (int i = 0; i < frames.Length; i++)
        {
            ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(entries[(i * EntryLength)..]);
            bool present = entry >> PresentBit != 0;
            if (present && (entry & FrameBits) == 0)
                throw new DmaException($"The kernel tells this user no physical addresses ({Path}): without an IOMMU a program needs CAP_SYS_ADMIN. Run it as root.");
            frames[i] = present ? (long)(entry & FrameBits) : -1;
        }

        return frames;
    }
}
