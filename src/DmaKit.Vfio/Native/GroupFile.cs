using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>An IOMMU group: functions that the machine cannot keep apart, which one program has together.</summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed unsafe class GroupFile : IDisposable
{
    private const uint Viable = 1;

    private readonly Descriptor _file;
    private readonly string _path;

    private GroupFile(Descriptor file, string path)
    {
        _file = file;
        _path = path;
    }

    /// <summary>Opens a group for this program alone.</summary>
    /// <exception cref="DmaException">It cannot be had; the message says why and what mends it.</exception>
    internal static GroupFile Open(int number) => Open(number, $"/dev/vfio/{number}");

    /// <summary>Opens a group of the no-IOMMU mode.</summary>
    /// <exception cref="DmaException">It cannot be had; the message says why and what mends it.</exception>
    internal static GroupFile OpenUnsafe(int number) => Open(number, $"/dev/vfio/noiommu-{number}");

    /// <summary>Puts the group into a container.</summary>
    internal void Enter(ContainerFile container)
    {
        bool held = false;
        container.File.DangerousAddRef(ref held);
        try
        {
            int number = container.File.Number;

            // SAFETY: a number on this stack; the container's descriptor is held.
            if (Kernel.Control(_file, Request.SetContainer, &number) != 0) throw new DmaException($"{_path} cannot be put into a container: {Kernel.Words(Kernel.LastError)}.");
        }
        finally
        {
            if (held) container.File.DangerousRelease();
        }
    }

    /// <summary>Opens a function of the group.</summary>
    /// <param name="address">Such as <c>0000:03:00.0</c>.</param>
    internal VfioDeviceFile OpenDevice(string address)
    {
        nint name = Marshal.StringToCoTaskMemUTF8(address);
        try
        {
            // SAFETY: a string that ends with zero, until the finally.
            int number = Kernel.Control(_file, Request.GetDevice, (void*)name);
            if (number >= 0) return new VfioDeviceFile(new Descriptor(number), address);
            int error = Kernel.LastError;
            throw new DmaException(error == Errno.Again
                ? $"{address} is being reset by the kernel, as after an error that it reported. Open it again in a moment."
                : $"{address} cannot be opened through {_path}: {Kernel.Words(error)}.");
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    public void Dispose() => _file.Dispose();

    private static GroupFile Open(int number, string path)
    {
        Descriptor file = Kernel.Open(path);
        if (file.IsInvalid)
        {
            int error = Kernel.LastError;
            throw new DmaException(error switch
            {
                Errno.NoEntry => $"There is no {path}: no function of IOMMU group {number} is bound to vfio-pci.",
                Errno.NotPermitted => $"{path} is for root only: without an IOMMU the kernel gives functions to no one else (CAP_SYS_RAWIO).",
                Errno.Access => $"{path} may not be opened by this user. Mend it with: chown $USER {path}",
                Errno.Busy => $"IOMMU group {number} is in use by another program, or by this one through another platform. Find it with: fuser -v {path}",
                _ => $"{path} cannot be opened: {Kernel.Words(error)}.",
            });
        }

        var group = new GroupFile(file, path);
        var status = new GroupStatus { Size = (uint)sizeof(GroupStatus) };

        // SAFETY: the structure lies on this stack.
        if (Kernel.Control(file, Request.GetGroupStatus, &status) == 0 && (status.Flags & Viable) != 0) return group;
        group.Dispose();
        throw new DmaException(
            $"IOMMU group {number} is not viable: another function of it has a driver of the kernel's. 'ls -l /sys/kernel/iommu_groups/{number}/devices/*/driver' shows which; unbind it, or bind it to vfio-pci too.");
    }
}
