namespace DmaKit.Platforms;

/// <summary>What the machine's IOMMU did, over all address spaces.</summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class IommuCounters
{
    private long _maps;
    private long _unmaps;

    internal long Maps => Interlocked.Read(ref _maps);

    internal long Unmaps => Interlocked.Read(ref _unmaps);

    internal void CountMap() => Interlocked.Increment(ref _maps);

    internal void CountUnmap() => Interlocked.Increment(ref _unmaps);
}
