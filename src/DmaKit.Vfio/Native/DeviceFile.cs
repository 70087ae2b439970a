namespace DmaKit.Vfio.Native;

/// <summary>An open function: its regions, interrupts and reset.</summary>
/// <remarks>Safe from any thread. Closing it gives the function back to the kernel, which switches bus mastering off and resets it where it can.</remarks>
internal sealed unsafe class DeviceFile : IDisposable
{
    private const uint CanBeReset = 1;
    private const int AnswerLength = 1024;
    private const uint Mappable = 4;
    private const ushort SparseCapability = 1;
    private const uint NoData = 1, EventData = 4, MaskAction = 8, UnmaskAction = 16, TriggerAction = 32;
    private const int HeaderInts = 5;

    private readonly Descriptor _file;
    private readonly string _address;

    internal DeviceFile(Descriptor file, string address)
    {
        _file = file;
        _address = address;
        var info = new DeviceInfo { Size = (uint)sizeof(DeviceInfo) };

        // SAFETY: the structure lies on this stack.
        if (Kernel.Control(file, Request.GetDeviceInfo, &info) != 0)
        {
            int error = Kernel.LastError;
            file.Dispose();
            throw new DmaException($"The kernel told nothing of {address}: {Kernel.Words(error)}.");
        }

        CanReset = (info.Flags & CanBeReset) != 0;
        Regions = (int)info.Regions;
        Interrupts = (int)info.Interrupts;
    }

    /// <summary>Whether the function can be reset alone.</summary>
    internal bool CanReset { get; }

    /// <summary>How many regions there are; 9 for a PCI function.</summary>
    internal int Regions { get; }

    /// <summary>How many kinds of interrupt there are; 5 for a PCI function.</summary>
    internal int Interrupts { get; }

    /// <summary>What a region is, and which parts of it can be mapped.</summary>
    /// <returns>Null when there is no such region.</returns>
    internal Region? AskRegion(int index)
    {
        if (index >= Regions) return null;
        byte* answer = stackalloc byte[AnswerLength];
        var all = new Span<byte>(answer, AnswerLength);
        all.Clear();

        // SAFETY: the answer lies on this stack, and its first field says how long it is.
        ref RegionInfo info = ref *(RegionInfo*)answer;
        info.Size = AnswerLength;
        info.Index = (uint)index;
        if (Kernel.Control(_file, Request.GetRegionInfo, answer) != 0 || info.Length == 0) return null;
        (ulong, ulong)[] areas = CapabilityChain.Pairs(CapabilityChain.Find(all, info.Capabilities, SparseCapability));
        if (areas.Length == 0 && (info.Flags & Mappable) != 0) areas = [(0, info.Length)];
        return new Region(index, (long)info.Length, (long)info.Offset, [.. areas.Select(a => ((long)a.Item1, (long)a.Item2))]);
    }

    /// <summary>How many interrupts of a kind there are.</summary>
    internal int CountInterrupts(int kind)
    {
        if (kind >= Interrupts) return 0;
        var info = new IrqInfo { Size = (uint)sizeof(IrqInfo), Index = (uint)kind };

        // SAFETY: the structure lies on this stack.
        return Kernel.Control(_file, Request.GetIrqInfo, &info) == 0 ? (int)info.Count : 0;
    }

    /// <summary>Lets interrupts of a kind, from the first, raise event counters.</summary>
    /// <returns>0; how many could be had, when fewer; or an error number below zero.</returns>
    internal int SetEvents(int kind, IReadOnlyList<Descriptor> counters)
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
            int result = Kernel.Control(_file, Request.SetIrqs, set);
            return result < 0 ? -Kernel.LastError : result;
        }
        finally
        {
            while (held-- > 0) counters[held].DangerousRelease();
        }
    }

    /// <summary>Switches a kind of interrupts off.</summary>
    internal void ClearEvents(int kind) => Act(NoData | TriggerAction, kind, count: 0);

    /// <summary>Holds the line back, or lets it through again.</summary>
    internal void MaskLine(bool masked) => Act(NoData | (masked ? MaskAction : UnmaskAction), kind: 0, count: 1);

    /// <summary>Resets the function.</summary>
    /// <returns>0, or the error number.</returns>
    internal int Reset() => Kernel.Control(_file, Request.Reset, null) == 0 ? 0 : Kernel.LastError;

    /// <summary>Reads 1, 2, 4 or 8 bytes of a region as one access.</summary>
    /// <exception cref="DeviceLostException">The device does not answer.</exception>
    internal ulong Read(long offset, int size)
    {
        ulong value = 0;
        try
        {
            // SAFETY: at most 8 bytes on this stack. Little-endian machines only, as Linux is on x64 and arm64.
            if (Kernel.ReadAt(_file, &value, (nuint)size, offset) == size) return value;
        }
        catch (ObjectDisposedException)
        {
            throw Closed();
        }

        throw Lost("read");
    }

    /// <summary>Writes 1, 2, 4 or 8 bytes of a region as one access.</summary>
    /// <exception cref="DeviceLostException">The device does not answer.</exception>
    internal void Write(long offset, int size, ulong value)
    {
        try
        {
            // SAFETY: as for Read.
            if (Kernel.WriteAt(_file, &value, (nuint)size, offset) == size) return;
        }
        catch (ObjectDisposedException)
        {
            throw Closed();
        }

        throw Lost("written");
    }

    /// <summary>Maps a part of a region into this process.</summary>
    /// <returns>Null when the kernel does not.</returns>
    internal MappedArea? Map(Region region, long start, long length) => MappedArea.TryMap(_file, region.Offset + start, start, length);

    public void Dispose() => _file.Dispose();

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
            _ = Kernel.Control(_file, Request.SetIrqs, set);
        }
        catch (ObjectDisposedException)
        {
            // Nothing is raised any more.
        }
    }

    private DeviceLostException Closed() => new($"{_address} was closed.");

    private DeviceLostException Lost(string what) => new($"{_address} could not be {what}: {Kernel.Words(Kernel.LastError)}.");
}
