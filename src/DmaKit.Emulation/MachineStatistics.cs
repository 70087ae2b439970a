namespace DmaKit.Emulation;

/// <summary>How a machine's memory is used, and what went through it.</summary>
/// <param name="MemoryBytes">All memory.</param>
/// <param name="HeldBytes">What is held to fragment memory, and the first page, which nobody gets.</param>
/// <param name="FreeBytes">What nobody has.</param>
/// <param name="LargestFreeRun">The longest run of free memory.</param>
/// <param name="SystemBuffers">System buffers that are alive.</param>
/// <param name="HostMappings">Mappings of the host that show scattered memory.</param>
/// <param name="IommuMaps">Ranges that were made reachable through the IOMMU since the machine was made.</param>
/// <param name="IommuUnmaps">Ranges that were taken away again.</param>
/// <param name="Functions">What every device did, in order of address.</param>
public sealed record MachineStatistics(
    long MemoryBytes,
    long HeldBytes,
    long FreeBytes,
    long LargestFreeRun,
    int SystemBuffers,
    long HostMappings,
    long IommuMaps,
    long IommuUnmaps,
    IReadOnlyList<FunctionStatistics> Functions)
{
    /// <summary>Memory that somebody has: common buffers, system buffers, map registers.</summary>
    public long UsedBytes => MemoryBytes - HeldBytes - FreeBytes;
}
