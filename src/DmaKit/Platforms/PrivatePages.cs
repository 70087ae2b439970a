namespace DmaKit.Platforms;

/// <summary>
/// Memory of which a device reaches only what is mapped to it: system buffers are in the address space of no device by themselves, so that data goes
/// through map registers, whole pages by an entry that leads to them, ragged ends by a copy.
/// </summary>
/// <param name="inner">Memory that an IOMMU translates.</param>
internal sealed class PrivatePages(DomainMemory inner) : DomainMemoryDecorator(inner)
{
    /// <inheritdoc/>
    public override bool TryTranslate(nint host, long length, out LogicalAddress logical, out long contiguous)
    {
        (logical, contiguous) = (default, 0);
        return false;
    }
}
