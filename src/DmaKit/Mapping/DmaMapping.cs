namespace DmaKit;

/// <summary>
/// A request's data made reachable for the device, until it is completed. From mapping to completion the data belongs to the device.
/// </summary>
/// <remarks>
/// A handle: copies of it mean the same mapping, and use after completion is caught by its generation. Complete it exactly once,
/// before the data is touched. Safe from any thread, but one completion only.
/// </remarks>
public readonly struct DmaMapping : IDisposable
{
    private readonly MappingSlot? _slot;
    private readonly long _generation;

    internal DmaMapping(MappingSlot slot, long generation)
    {
        _slot = slot;
        _generation = generation;
    }

    /// <summary>Whether this is no mapping at all: for commands that carry no data.</summary>
    public bool IsEmpty => _slot is null;

    /// <summary>The runs that the device is to be told of, in order. Valid until the mapping ends.</summary>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    public ReadOnlySpan<DmaElement> Elements => _slot is null ? [] : Live().Elements;

    /// <summary>How many bytes are mapped.</summary>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    public long Length => _slot is null ? 0 : Live().Length;

    /// <summary>Which way the bytes go.</summary>
    /// <exception cref="DmaMisuseException">The mapping has ended, or is empty.</exception>
    public DmaDirection Direction => Live().Direction;

    /// <summary>How many of the bytes are copied through map registers.</summary>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    public long BouncedBytes => _slot is null ? 0 : Live().BouncedBytes;

    /// <summary>How many of the bytes the device reaches where they lie.</summary>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    public long DirectBytes => _slot is null ? 0 : Live().DirectBytes;

    /// <summary>How many of the bytes are copied into blocks of a coalescer.</summary>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    public long CoalescedBytes => _slot is null ? 0 : Live().CoalescedBytes;

    /// <summary>
    /// The room that the coalescer left in front of the data (<see cref="CoalescerOptions.Headroom"/>): zero at first, for the driver to write its
    /// header to before the device is told. The first element starts with it; it does not count in <see cref="Length"/>.
    /// </summary>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    public Span<byte> Headroom => _slot is null ? [] : Live().Headroom;

    /// <summary>How many map registers it holds.</summary>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    public int MapRegisters => _slot is null ? 0 : Live().RegisterCount;

    /// <summary>
    /// Says that the device was told about it. A command pool does this by itself; a driver that writes elements into registers or
    /// descriptors of its own calls it before the doorbell. Abandoning the mapping afterwards keeps its memory in quarantine.
    /// </summary>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    public void MarkPosted()
    {
        if (_slot is not null) Live().MarkPosted();
    }

    /// <summary>
    /// The device is done: copies back what was bounced, and gives the map registers back. Afterwards the data is the program's again.
    /// </summary>
    /// <param name="bytes">How many bytes the device transferred, from the start: 0 to <see cref="Length"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is not in that range.</exception>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    public void Complete(long bytes)
    {
        if (_slot is not null) _slot.Complete(_generation, bytes);
    }

    /// <summary>
    /// Abandons the mapping if it has not ended: nothing is copied back. If the device was told about it, its memory stays in
    /// quarantine until the device is quiet.
    /// </summary>
    public void Dispose() => _slot?.Abandon(_generation);

    /// <summary>For observers: what stays the same from <see cref="DmaObserver.OnMapped"/> to <see cref="DmaObserver.OnUnmapped"/>, whoever has the handle; null of an empty one.</summary>
    internal object? Identity => _slot;

    /// <summary>For observers: whether the device was told about it, as <see cref="MarkPosted"/> says, or the command that has it.</summary>
    public bool WasPosted => _slot is not null && _slot.WasPosted;

    /// <summary>For observers: whether it was posted with a command, which ends it: its time-outs and aborts are no fault of who mapped.</summary>
    public bool BelongsToCommand => _slot is not null && _slot.IsCommands(_generation);

    /// <summary>For observers: copies what stands in the program's memory now, which is not always what the device has.</summary>
    /// <param name="destination">Takes the first bytes; at most <see cref="Length"/>.</param>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    internal void ReadProgramMemory(Span<byte> destination)
    {
        if (_slot is not null) Live().ReadProgramMemory(destination);
    }

    /// <summary>For observers: changes the first bytes of the program's memory behind the mapping. Only where all of it is copied, and from the device.</summary>
    /// <param name="source">The bytes; at most <see cref="Length"/>.</param>
    /// <exception cref="DmaMisuseException">The mapping has ended.</exception>
    internal void WriteProgramMemory(ReadOnlySpan<byte> source)
    {
        if (_slot is not null) Live().WriteProgramMemory(source);
    }

    /// <summary>For observers: whether two mappings have bytes of the program's memory in common.</summary>
    /// <param name="other">Another one that is alive.</param>
    internal bool Overlaps(in DmaMapping other) => _slot is not null && other._slot is not null && _slot.Overlaps(other._slot);

    internal MappingSlot? Slot => _slot is not null && _slot.IsLive(_generation) ? _slot : null;

    internal long Generation => _generation;

    /// <summary>What to throw when a dead handle is posted.</summary>
    internal DmaMisuseException PostedTwice() => _slot!.PostedTwice();

    /// <summary>Whether a command has it that has not ended.</summary>
    internal bool IsPosted => _slot is not null && _slot.IsHandedOver(_generation);

    /// <summary>The same mapping for the command that it was posted with.</summary>
    internal DmaMapping HandOver() => _slot is null ? default : _slot.HandOver(_generation);

    private MappingSlot Live() => _slot is not null && _slot.IsLive(_generation)
        ? _slot
        : throw _slot?.Dead(_generation, "mapping-used-after-end") ?? new DmaMisuseException("This is no mapping.");
}
