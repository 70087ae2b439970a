namespace DmaKit.Vfio;

/// <summary>In which of the kernel's ways functions are opened and memory is mapped for them. Drivers see no difference.</summary>
public enum VfioBackEnd
{
    /// <summary><see cref="Iommufd"/> where the kernel has it for all the platform's functions and this user may open their files; <see cref="Type1"/> otherwise.</summary>
    Automatic,

    /// <summary>VFIO's type 1: IOMMU groups (<c>/dev/vfio/N</c>) in containers (<c>/dev/vfio/vfio</c>). Every kernel with VFIO has it.</summary>
    Type1,

    /// <summary>iommufd: functions with files of their own (<c>/dev/vfio/devices/vfioN</c>) in address spaces of <c>/dev/iommu</c>. Linux 6.6 and newer, where it was built in.</summary>
    Iommufd,

    /// <summary>
    /// VFIO's no-IOMMU mode: a device reaches all of the machine's memory, the kernel's included, by physical addresses. Never chosen unless it is named.
    /// Needs root, functions bound to vfio-pci in that mode, and a kernel with CONFIG_VFIO_NOIOMMU.
    /// </summary>
    UnsafeNoIommu,

    /// <summary>
    /// uio_pci_generic: a device reaches all of the machine's memory, the kernel's included, by physical addresses. Never chosen unless it is named. Needs
    /// root, and functions bound to uio_pci_generic. Interrupts are the function's line only, and whoever takes it away does not ask first.
    /// </summary>
    UnsafeUio,
}
