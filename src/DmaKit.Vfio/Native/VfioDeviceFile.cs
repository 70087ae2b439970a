namespace DmaKit.Vfio.Native;

/// <summary>A function that VFIO gave to this program.</summary>
/// <remarks>Safe from any thread. When it is closed the kernel switches bus mastering off and resets it where it can.</remarks>
internal sealed unsafe class VfioDeviceFile : DeviceFile
{
    private const uint CanBeReset = 1;
    private const int AnswerLength = 1024;
    private const uint Mappable = 4;
    private const ushort SparseCapability = 1;
    private const uint NoData = 1, EventData = 4, MaskAction = 8, UnmaskAction = 16, TriggerAction = 32;
    private const int HeaderInts = 5;

    private readonly Descriptor _file;

    internal VfioDeviceFile(Descriptor file, string address)
        : base(address)
    {
        _file = file;
        var info = new DeviceInfo { Size = (uint)sizeof(DeviceInfo) };

        // SAFETY: the structure lies on this stack.
        if (Kernel.Control(file, Native.Request.GetDeviceInfo, &info) != 0)
        {
            int error = Kernel.LastError;
            file.Dispose();
            throw new DmaException($"The kernel told nothing of {address}: {Kernel.Words(error)}.");
        }

        CanReset = (info.Flags & CanBeReset) != 0;
        Regions = (int)info.Regions;
        Interrupts = (int)info.Interrupts;
    }

    /// <summary>Opens a function's own file and binds it to iommufd. It does nothing yet: <see cref="Attach"/>.</summary>
    /// <param name="path">Such as <c>/dev/vfio/devices/vfio0</c>.</param>
    /// <param name="address">The function's address.</param>
    /// <param name="group">The number of its IOMMU group.</param>
    /// <param name="iommu">Where its address space will be.</param>
    /// <exception cref="DmaException">It cannot be had; the message says why and what mends it.</exception>
    internal static VfioDeviceFile Open(string path, string address, int group, IommuFile iommu)
    {
        Descriptor file = Kernel.Open(path);
        if (file.IsInvalid)
        {
            int error = Kernel.LastError;
            throw new DmaException(error switch
            {
                Errno.NoEntry => $"There is no {path}: {address} is not bound to vfio-pci any more.",
                Errno.Access or Errno.NotPermitted => $"{path} may not be opened by this user. Mend it with: chown $USER {path}",
                _ => $"{path} cannot be opened: {Kernel.Words(error)}.",
            });
        }

        try
        {
            Bind(file, path, address, group, iommu);
            return new VfioDeviceFile(file, address);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Puts the function into an address space of iommufd: it reaches what is mapped there.</summary>
    /// <exception cref="DmaException">The kernel refused.</exception>
    internal void Attach(uint space)
    {
        var attach = new DeviceAttach { Size = (uint)sizeof(DeviceAttach), Space = space };

        // SAFETY: the structure lies on this stack.
        if (Kernel.Control(_file, Native.Request.AttachDevice, &attach) == 0) return;
        int error = Kernel.LastError;
        throw new DmaException(error == Errno.NoMemory
            ? $"The address space has memory mapped that cannot be locked for {Address}, by RLIMIT_MEMLOCK or because the machine has none left. Raise the limit: ulimit -l unlimited"
            : $"{Address} cannot be put into the address space; if it was to share that with others, leave OneDomain off. {Kernel.Words(error)}.");
    }

    internal override bool CanReset { get; }

    /// <summary>How many regions there are; 9 for a PCI function.</summary>
    internal int Regions { get; }

    /// <summary>How many kinds of interrupt there are; 5 for a PCI function.</summary>
    internal int Interrupts { get; }

    internal override Region? AskRegion(int index)
    {
        if (index >= Regions) return null;
        byte* answer = stackalloc byte[AnswerLength];
        var all = new Span<byte>(answer, AnswerLength);
        all.Clear();

        // SAFETY: the answer lies on this stack, and its first field says how long it is.
        ref RegionInfo info = ref *(RegionInfo*)answer;
        info.Size = AnswerLength;
        info.Index = (uint)index;
        if (Kernel.Control(_file, Native.Request.GetRegionInfo, answer) != 0 || info.Length == 0) return null;
        (ulong, ulong)[] areas = CapabilityChain.Pairs(CapabilityChain.Find(all, info.Capabilities, SparseCapability));
        if (areas.Length == 0 && (info.Flags & Mappable) != 0) areas = [(0, info.Length)];
        return new Region(index, (long)info.Length, (long)info.Offset, [.. areas.Select(a => ((long)a.Item1, (long)a.Item2))]);
    }

    internal override int CountInterrupts(int kind)
    {
        if (kind >= Interrupts) return 0;
        var info = new IrqInfo { Size = (uint)sizeof(IrqInfo), Index = (uint)kind };

        // SAFETY: the structure lies on this stack.
        return Kernel.Control(_file, Native.Request.GetIrqInfo, &info) == 0 ? (int)info.Count : 0;
    }

    internal override int SetEvents(int kind, IReadOnlyList<Descriptor> counters)
    {
        int* set = stackalloc int[HeaderInts + counters.Count];
        Header(set, EventData | TriggerAction, kind, counters.Count, counters.Count);
        int held = 0;
        try
        {
            for (; held < counters.Count; held++)
            {
                bool taken = false;
                counters[held].DangerousAddRef(ref taken);
                set[HeaderInts + held] = counters[held].Number;
            }

            // SAFETY: a header and as many numbers as it says, on this stack; the counters are held.
            int result = Kernel.Control(_file, Native.Request.SetIrqs, set);
            return result < 0 ? -Kernel.LastError : result;
        }
        finally
        {
            while (held-- > 0) counters[held].DangerousRelease();
        }
    }

    internal override void ClearEvents(int kind) => Act(NoData | TriggerAction, kind, count: 0);

    internal override Descriptor? OpenLine()
    {
        Descriptor counter = Kernel.NewEvent();
        if (SetEvents(Line, [counter]) == 0) return counter;
        counter.Dispose();
        return null;
    }

    internal override bool TakeLine(Descriptor line)
    {
        // Who takes a function away asks for it first, by an event of its own.
        EventPoll.Take(line);
        return true;
    }

    internal override void MaskLine(bool masked) => Act(NoData | (masked ? MaskAction : UnmaskAction), Line, count: 1);

    internal override int Reset() => Kernel.Control(_file, Native.Request.Reset, null) == 0 ? 0 : Kernel.LastError;

    internal override ulong Read(Region region, long offset, int size) => ReadAt(_file, region.Offset + offset, size);

    internal override void Write(Region region, long offset, int size, ulong value) => WriteAt(_file, region.Offset + offset, size, value);

    internal override MappedArea? Map(Region region, long start, long length) => MappedArea.TryMap(_file, region.Offset + start, start, length);

    public override void Dispose() => _file.Dispose();

    private static void Bind(Descriptor file, string path, string address, int group, IommuFile iommu)
    {
        bool held = false;
        iommu.File.DangerousAddRef(ref held);
        try
        {
            var bind = new DeviceBind { Size = (uint)sizeof(DeviceBind), Iommu = iommu.File.Number };

            // SAFETY: the structure lies on this stack; the other descriptor is held.
            if (Kernel.Control(file, Native.Request.BindDevice, &bind) == 0) return;
            int error = Kernel.LastError;
            throw new DmaException(error switch
            {
                Errno.Invalid => $"{address} is in use by another program, or by this one through another platform. Find it with: fuser -v {path}",
                Errno.Busy => $"IOMMU group {group} of {address} is in use by a program that has /dev/vfio/{group}. Find it with: fuser -v /dev/vfio/{group}",

                // One number for two reasons.
                Errno.NotPermitted => $"The kernel lets no program have {address}. Either another function of IOMMU group {group} is in use, by another program or by a driver of the kernel's "
                    + $"('ls -l /sys/kernel/iommu_groups/{group}/devices/*/driver' shows which; unbind it, or bind it to vfio-pci too), or the machine does not remap interrupts, so that a device could raise any: "
                    + "on a machine whose users you trust, echo Y > /sys/module/iommufd/parameters/allow_unsafe_interrupts",
                _ => $"{address} cannot be bound to {IommuFile.Path}: {Kernel.Words(error)}.",
            });
        }
        finally
        {
            if (held) iommu.File.DangerousRelease();
        }
    }

    private static void Header(int* set, uint flags, int kind, int count, int data)
    {
        // SAFETY: the callers made room for the header and the data behind it.
        set[0] = (HeaderInts + data) * sizeof(int);
        set[1] = (int)flags;
        set[2] = kind;
        set[3] = 0;
        set[4] = count;
    }

    private void Act(uint flags, int kind, int count)
    {
        int* set = stackalloc int[HeaderInts];
        Header(set, flags, kind, count, data: 0);

        try
        {
            // SAFETY: a header on this stack. What fails here concerns a device that is gone.
            _ = Kernel.Control(_file, Native.Request.SetIrqs, set);
        }
        catch (ObjectDisposedException)
        {
            // Nothing is raised any more.
        }
    }
}
