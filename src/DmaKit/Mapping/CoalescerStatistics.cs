namespace DmaKit;

/// <summary>What a <see cref="Coalescer"/> did. A mapping can have several reasons, and counts under each.</summary>
/// <param name="Offered">Mappings that it was given.</param>
/// <param name="Coalesced">Those of them of which something was copied.</param>
/// <param name="Bytes">Bytes that were copied, each once however often it moved.</param>
/// <param name="ForCount">Mappings with more elements than the device takes.</param>
/// <param name="ForAlignment">Mappings with bytes where no element may start.</param>
/// <param name="ForGranularity">Mappings with elements that ended where only the last may.</param>
/// <param name="ForReach">Mappings of which bytes out of reach were copied along, so that they needed no map register.</param>
/// <param name="ForPolicy">Mappings that were copied whole by policy, or for headroom.</param>
/// <param name="Refused">Times that blocks were out for a caller who does not wait.</param>
public readonly record struct CoalescerStatistics(
    long Offered, long Coalesced, long Bytes, long ForCount, long ForAlignment, long ForGranularity, long ForReach, long ForPolicy, long Refused);
