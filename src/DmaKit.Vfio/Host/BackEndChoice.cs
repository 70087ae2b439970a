using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>Which back end opens functions: the one that was asked for, or the one that the kernel and this user's rights allow.</summary>
internal static class BackEndChoice
{
    /// <summary>Chooses for functions that are ready.</summary>
    /// <param name="asked">What the program asked for.</param>
    /// <param name="functions">The functions.</param>
    /// <param name="root">Where the machine's file system begins.</param>
    /// <returns>One that is not automatic.</returns>
    /// <exception cref="DmaException">iommufd was asked for, and the kernel has it not for some function.</exception>
    internal static VfioBackEnd Of(VfioBackEnd asked, IReadOnlyCollection<HostFunction> functions, string root)
    {
        if (asked == VfioBackEnd.Iommufd && functions.FirstOrDefault(f => f.DeviceFile is null) is { } without)
        {
            throw new DmaException(
                $"The kernel has no file of its own for {without.Info.Address}: it was built without CONFIG_IOMMUFD or CONFIG_VFIO_DEVICE_CDEV, as Debian's kernels are. Leave BackEnd at {VfioBackEnd.Automatic}, or build such a kernel.");
        }

        if (asked != VfioBackEnd.Automatic) return asked;
        return functions.Count > 0 && functions.All(f => f.DeviceFile is { } file && MayOpen(root, file)) && MayOpen(root, IommuFile.Path) ? VfioBackEnd.Iommufd : VfioBackEnd.Type1;
    }

    private static bool MayOpen(string root, string path)
    {
        using Descriptor file = Kernel.Open(Path.Combine(root, path.TrimStart('/')));
        return !file.IsInvalid;
    }
}
