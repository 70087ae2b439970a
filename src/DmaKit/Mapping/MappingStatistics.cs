namespace DmaKit;

/// <summary>What the mappings of a domain have cost since it was made.</summary>
/// <param name="Mapped">Mappings made.</param>
/// <param name="DirectBytes">Bytes that the device reached where they lay.</param>
/// <param name="BouncedBytes">Bytes that were copied through map registers.</param>
/// <param name="CoalescedBytes">Bytes that were copied to make fewer or better elements.</param>
/// <param name="RegistersHighWater">The most map registers that were in use at once.</param>
public readonly record struct MappingStatistics(long Mapped, long DirectBytes, long BouncedBytes, long CoalescedBytes, int RegistersHighWater);
