namespace DmaKit.Cli;

/// <summary>What a run cost. The first three are counted by the device, not by the driver.</summary>
internal readonly record struct DiskCounters(
    long Commands, long Doorbells, long Interrupts, long DirectBytes, long BouncedBytes, long CoalescedBytes, int RegistersHighWater, long IommuMaps, int Packets);
