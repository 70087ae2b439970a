using System.Buffers.Binary;

namespace DmaKit.Vfio.Native;

/// <summary>A VFIO container: one logical address space, which groups of functions are put into.</summary>
/// <remarks>Safe from any thread. Closing it takes every mapping away.</remarks>
internal sealed unsafe class ContainerFile : KernelSpace
{
    internal const string Path = "/dev/vfio/vfio";

    private const int Version = 0, Type1v2 = 3, NoIommu = 8;
    private const uint MayRead = 1, MayWrite = 2;
    private const int AnswerLength = 1024;
    private const ushort RangesCapability = 1, MappingsCapability = 3;

    private readonly Descriptor _file;

    private ContainerFile(Descriptor file) => _file = file;

    /// <summary>The descriptor, for putting a group into it.</summary>
    internal Descriptor File => _file;

    /// <summary>Opens an empty one for groups behind an IOMMU.</summary>
    /// <exception cref="DmaException">There is none to be had; the message says how to mend it.</exception>
    internal static ContainerFile Open()
    {
        ContainerFile container = OpenAny();

        // SAFETY: no pointer, and a number for one.
        if (Kernel.Control(container._file, Request.GetVersion, null) == Version && Kernel.Control(container._file, Request.CheckExtension, (void*)Type1v2) == 1) return container;
        container.Dispose();
        throw new DmaException($"{Path} has no type 1 IOMMU. Mend it with: modprobe vfio_iommu_type1");
    }

    /// <summary>Opens an empty one for a group of the no-IOMMU mode.</summary>
    /// <exception cref="DmaException">There is none to be had; the message says how to mend it.</exception>
    internal static ContainerFile OpenUnsafe() => OpenAny();

    /// <summary>Chooses the kind of IOMMU. Only after a group was put in.</summary>
    internal void ChooseType1()
    {
        // SAFETY: the argument is a number, no pointer.
        if (Kernel.Control(_file, Request.SetIommu, (void*)Type1v2) != 0)
        {
            int error = Kernel.LastError;
            throw new DmaException(error == Errno.NotPermitted
                ? "The kernel lets no program have this IOMMU group: the machine does not remap interrupts, so that a device could raise any. On a machine whose users you trust: echo Y > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
                : $"The kernel gave the container no IOMMU: {Kernel.Words(error)}.");
        }
    }

    /// <summary>Chooses that there is no IOMMU. Only after a group of that mode was put in.</summary>
    internal void ChooseNothing()
    {
        // SAFETY: the argument is a number, no pointer.
        if (Kernel.Control(_file, Request.SetIommu, (void*)NoIommu) != 0) throw new DmaException($"The kernel refused the no-IOMMU mode: {Kernel.Words(Kernel.LastError)}.");
    }

    internal override MemoryLock Locks => MemoryLock.OfThisProcess();

    internal override (IReadOnlyList<(ulong First, ulong Last)> Ranges, long Mappings) Ask()
    {
        byte* answer = stackalloc byte[AnswerLength];
        var all = new Span<byte>(answer, AnswerLength);
        all.Clear();

        // SAFETY: the answer lies on this stack, and its first field says how long it is.
        ref IommuInfo info = ref *(IommuInfo*)answer;
        info.Size = AnswerLength;
        if (Kernel.Control(_file, Request.GetIommuInfo, answer) != 0) throw new DmaException($"The kernel told nothing of the IOMMU: {Kernel.Words(Kernel.LastError)}.");
        ReadOnlySpan<byte> left = CapabilityChain.Find(all, info.Capabilities, MappingsCapability);
        return (CapabilityChain.Pairs(CapabilityChain.Find(all, info.Capabilities, RangesCapability)), left.IsEmpty ? long.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(left));
    }

    internal override int Map(ulong address, nint host, long length, bool writable)
    {
        var map = new DmaMap { Size = (uint)sizeof(DmaMap), Flags = writable ? MayRead | MayWrite : MayRead, Host = (ulong)host, Address = address, Length = (ulong)length };

        // SAFETY: the structure lies on this stack; the caller keeps the memory where it is until it was unmapped.
        return Kernel.Control(_file, Request.MapDma, &map) == 0 ? 0 : Kernel.LastError;
    }

    internal override int Unmap(ulong address, long length)
    {
        var unmap = new DmaUnmap { Size = (uint)sizeof(DmaUnmap), Address = address, Length = (ulong)length };

        // SAFETY: the structure lies on this stack.
        return Kernel.Control(_file, Request.UnmapDma, &unmap) == 0 ? 0 : Kernel.LastError;
    }

    public override void Dispose() => _file.Dispose();

    private static ContainerFile OpenAny()
    {
        Descriptor file = Kernel.Open(Path);
        if (!file.IsInvalid) return new ContainerFile(file);
        int error = Kernel.LastError;
        throw new DmaException(error switch
        {
            Errno.NoEntry => $"There is no {Path}: the kernel's VFIO is not loaded. Mend it with: modprobe vfio-pci",
            Errno.Access or Errno.NotPermitted => $"{Path} may not be opened by this user. Mend it with: chmod 0666 {Path} (it gives no device away: groups have rights of their own)",
            _ => $"{Path} cannot be opened: {Kernel.Words(error)}.",
        });
    }
}
