namespace DmaKit.Vfio.Native;

/// <summary>The kernel's iommufd: address spaces, into which functions are put that have files of their own.</summary>
/// <remarks>Safe from any thread. Closing it, after the functions, takes every space away.</remarks>
internal sealed unsafe class IommuFile : IDisposable
{
    internal const string Path = "/dev/iommu";

    private readonly Descriptor _file;

    private IommuFile(Descriptor file) => _file = file;

    /// <summary>The descriptor, for binding a function to it.</summary>
    internal Descriptor File => _file;

    /// <summary>Opens one without any space.</summary>
    /// <exception cref="DmaException">It cannot be had; the message says what mends it.</exception>
    internal static IommuFile Open()
    {
        Descriptor file = Kernel.Open(Path);
        if (!file.IsInvalid) return new IommuFile(file);
        int error = Kernel.LastError;
        throw new DmaException(error switch
        {
            Errno.NoEntry => $"There is no {Path}: this kernel has no iommufd, or it is not loaded. Mend it with: modprobe iommufd; or use VFIO's type 1, which every kernel has.",
            Errno.Access or Errno.NotPermitted => $"{Path} may not be opened by this user. Mend it with: chmod 0666 {Path} (it gives no device away: functions have files with rights of their own)",
            _ => $"{Path} cannot be opened: {Kernel.Words(error)}.",
        });
    }

    /// <summary>Makes an address space with nothing in it.</summary>
    internal KernelSpace NewSpace(out uint number)
    {
        var allocate = new SpaceAllocate { Size = (uint)sizeof(SpaceAllocate) };

        // SAFETY: the structure lies on this stack.
        if (Kernel.Control(_file, Request.AllocateSpace, &allocate) != 0) throw new DmaException($"The kernel made no address space: {Kernel.Words(Kernel.LastError)}.");
        number = allocate.Space;
        return new IommuSpace(_file, number);
    }

    public void Dispose() => _file.Dispose();
}
