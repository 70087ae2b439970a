namespace DmaKit;

/// <summary>What the map registers of a domain are made of. A driver need not care: mappings use what there is.</summary>
public enum MapRegisterKind
{
    /// <summary>There are none: what a device does not reach where it lies cannot be mapped.</summary>
    None,

    /// <summary>A page in every device's reach, through which bytes are copied.</summary>
    BouncePage,

    /// <summary>
    /// An entry of an IOMMU with a page of its own. It can lead to a whole page of a system buffer instead, so that nothing is copied and scattered
    /// pages are one run to the device; managed memory and parts of pages are copied through its own page.
    /// </summary>
    IommuEntry,
}
