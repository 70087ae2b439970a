using System.Runtime.CompilerServices;

namespace DmaKit;

/// <summary>What the mappings of one slot amount to: counted by whoever has the slot, added up by whoever asks.</summary>
internal sealed class MappingTally
{
    /// <summary>How many mappings were made.</summary>
    public long Mapped { get; private set; }

    /// <summary>Bytes that the device reached where they lay.</summary>
    public long DirectBytes { get; private set; }

    /// <summary>Bytes copied through map registers.</summary>
    public long BouncedBytes { get; private set; }

    /// <summary>Bytes copied into blocks.</summary>
    public long CoalescedBytes { get; private set; }

    /// <summary>Adds what another has counted so far.</summary>
    public void Add(MappingTally other)
    {
        Mapped += other.Mapped;
        DirectBytes += other.DirectBytes;
        BouncedBytes += other.BouncedBytes;
        CoalescedBytes += other.CoalescedBytes;
    }

    /// <summary>A mapping was made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(long direct, long bounced, long coalesced)
    {
        Mapped++;
        DirectBytes += direct;
        BouncedBytes += bounced;
        CoalescedBytes += coalesced;
    }
}
