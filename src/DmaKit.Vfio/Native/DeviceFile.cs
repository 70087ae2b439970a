namespace DmaKit.Vfio.Native;

/// <summary>An open function, however the kernel gives it away: its regions, interrupts and reset.</summary>
/// <remarks>Safe from any thread. Closing it gives the function back to the kernel.</remarks>
internal abstract class DeviceFile(string address) : IDisposable
{
    /// <summary>Kinds of interrupt: the line, messages, the device's report of an error, and the kernel's request to let go.</summary>
    internal const int Line = 0, Message = 1, MessageX = 2, Errors = 3, Request = 4;

    /// <summary>The function's address, such as <c>0000:03:00.0</c>.</summary>
    internal string Address { get; } = address;

    /// <summary>Whether the function can be reset alone.</summary>
    internal abstract bool CanReset { get; }

    /// <summary>What a region is, and which parts of it can be mapped.</summary>
    /// <returns>Null when there is no such region.</returns>
    internal abstract Region? AskRegion(int index);

    /// <summary>How many interrupts of a kind there are.</summary>
    internal abstract int CountInterrupts(int kind);

    /// <summary>Lets interrupts of a kind, from the first, raise event counters.</summary>
    /// <returns>0; how many could be had, when fewer; or an error number below zero.</returns>
    internal abstract int SetEvents(int kind, IReadOnlyList<Descriptor> counters);

    /// <summary>Switches a kind of interrupts off.</summary>
    internal abstract void ClearEvents(int kind);

    /// <summary>What can be waited for until the line is raised; raised, the line is masked. The caller's to close.</summary>
    /// <returns>Null when the kernel does not tell.</returns>
    internal abstract Descriptor? OpenLine();

    /// <summary>Takes the events of the line: it can be waited for again.</summary>
    /// <returns>False when there will be none any more: the function was taken away.</returns>
    internal abstract bool TakeLine(Descriptor line);

    /// <summary>Holds the line back, or lets it through again.</summary>
    internal abstract void MaskLine(bool masked);

    /// <summary>Resets the function.</summary>
    /// <returns>0, or the error number.</returns>
    internal abstract int Reset();

    /// <summary>Reads 1, 2, 4 or 8 bytes of a region as one access.</summary>
    /// <exception cref="DeviceLostException">The device does not answer.</exception>
    internal abstract ulong Read(Region region, long offset, int size);

    /// <summary>Writes 1, 2, 4 or 8 bytes of a region as one access.</summary>
    /// <exception cref="DeviceLostException">The device does not answer.</exception>
    internal abstract void Write(Region region, long offset, int size, ulong value);

    /// <summary>Maps a part of a region into this process.</summary>
    /// <returns>Null when the kernel does not.</returns>
    internal abstract MappedArea? Map(Region region, long start, long length);

    public abstract void Dispose();

    /// <summary>Reads 1, 2, 4 or 8 bytes of a file as one access.</summary>
    private protected unsafe ulong ReadAt(Descriptor file, long offset, int size)
    {
        ulong value = 0;
        try
        {
            // SAFETY: at most 8 bytes on this stack. Little-endian machines only, as Linux is on x64 and arm64.
            if (Kernel.ReadAt(file, &value, (nuint)size, offset) == size) return value;
        }
        catch (ObjectDisposedException)
        {
            throw Closed();
        }

        throw Lost("read");
    }

    /// <summary>Writes 1, 2, 4 or 8 bytes of a file as one access.</summary>
    private protected unsafe void WriteAt(Descriptor file, long offset, int size, ulong value)
    {
        try
        {
            // SAFETY: as for ReadAt.
            if (Kernel.WriteAt(file, &value, (nuint)size, offset) == size) return;
        }
        catch (ObjectDisposedException)
        {
            throw Closed();
        }

        throw Lost("written");
    }

    private DeviceLostException Closed() => new($"{Address} was closed.");

    private DeviceLostException Lost(string what) => new($"{Address} could not be {what}: {Kernel.Words(Kernel.LastError)}.");
}
