using DmaKit.Devices;

namespace DmaKit.Emulation;

/// <summary>What a plan must know of the device that it strikes and of its machine.</summary>
public sealed record FaultTarget
{
    /// <summary>Whether an IOMMU stands between the device and memory. Without one, devices that write where they should not are not planned.</summary>
    public bool Iommu { get; init; }

    /// <summary>The base address register that holds the register where completions are read; null where completions are not told by a tag in a register.</summary>
    public int? TagBar { get; init; }

    /// <summary>The offset of that register.</summary>
    public long TagOffset { get; init; }

    /// <summary>What that register says when there is no completion.</summary>
    public ulong NoTag { get; init; } = uint.MaxValue;

    /// <summary>What is known of one of the project's own models.</summary>
    /// <param name="model">The model; another one is taken for a device without tags.</param>
    /// <param name="iommu">Whether its machine has an IOMMU.</param>
    public static FaultTarget For(DeviceModel model, bool iommu) => model switch
    {
        FusionMptAdapter => new FaultTarget { Iommu = iommu, TagBar = 1, TagOffset = 0x44 },
        MailboxDevice => new FaultTarget { Iommu = iommu, TagBar = 0, TagOffset = 0x18 },
        _ => new FaultTarget { Iommu = iommu },
    };
}
