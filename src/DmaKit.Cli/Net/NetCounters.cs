namespace DmaKit.Cli;

/// <summary>What a run cost. The first three are counted by the cards, not by the drivers.</summary>
internal readonly record struct NetCounters(
    long Commands, long Doorbells, long Interrupts, long DirectBytes, long BouncedBytes, long CoalescedBytes, int RegistersHighWater, long IommuMaps,
    int MostDescriptors, long Missed, long Resets);
