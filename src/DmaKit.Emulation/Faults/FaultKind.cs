namespace DmaKit.Emulation;

/// <summary>What can go wrong with a device or with the memory of its machine. The moment is counted in events of the kind's own sort, never in time.</summary>
public enum FaultKind
{
    /// <summary>The device raises its interrupt and nobody hears it. Counted in interrupts.</summary>
    LostInterrupt,

    /// <summary>The device interrupts 50 times more, with nothing to say. Counted in interrupts.</summary>
    InterruptStorm,

    /// <summary>The device takes 1 to 200 ms longer to begin what it was told. Counted in turns that the device asks for.</summary>
    Slow,

    /// <summary>Two completions change places. Counted in completions read from the tag register.</summary>
    Reorder,

    /// <summary>The device gives a tag back once more, at once or up to 15 completions later. Counted in completions.</summary>
    DoubleTag,

    /// <summary>The device gives back a tag of long ago instead of the one that is due. Counted in completions.</summary>
    StaleTag,

    /// <summary>The device gives back a number that is no tag instead of the one that is due. Counted in completions.</summary>
    WrongTag,

    /// <summary>A write to memory is left out, and reported as done: the device says more than it wrote. Counted in writes to memory.</summary>
    SkippedWrite,

    /// <summary>A write to memory comes only after 1 to 40 more register accesses: after the completion, perhaps. Counted in writes to memory.</summary>
    LateWrite,

    /// <summary>The last write before a reset comes once more after it. Counted in resets.</summary>
    WriteAfterReset,

    /// <summary>A write to memory goes on for up to 4 KiB behind its end. Counted in writes to memory.</summary>
    WriteBeyond,

    /// <summary>Bytes are written to an address that the device was never told. Counted in writes to memory.</summary>
    WriteOutside,

    /// <summary>What was written is written again with other bits, after the driver may have read it. Counted in writes to memory.</summary>
    ChangedResult,

    /// <summary>A register answers with a random number. Counted in register reads.</summary>
    NonsenseRegister,

    /// <summary>A register write does not arrive: a doorbell that leads nowhere, a reset that is none. Counted in register writes.</summary>
    LostRegisterWrite,

    /// <summary>The device is gone from the bus: registers and configuration space read as all ones, nothing else happens any more. Counted in register reads.</summary>
    Vanish,

    /// <summary>Configuration space lies: wrong ids, short or missing registers, no interrupt. From the start.</summary>
    NonsenseConfiguration,

    /// <summary>The machine has no such memory for a common buffer or for map registers. Counted in allocations.</summary>
    RefusedAllocation,

    /// <summary>A piece of memory is contiguous to the device for one page only, so that requests need more elements and are mapped in parts. Counted in translations.</summary>
    ScatteredMemory,

    /// <summary>
    /// Who asks the library for map registers, a packet, a block, a piece of a heap or an adapter's turn, and is ready to wait, is granted it 1 to 50 ms late, and
    /// so is everybody behind him. Counted in requests of that sort.
    /// </summary>
    DelayedGrant,

    /// <summary>
    /// While the driver runs, configuration space answers with a random number, with all ones or with zero: command register, base address registers, list of
    /// capabilities, messages. What is read, changed and written back is then wrong, too. Counted in reads of configuration space.
    /// </summary>
    GarbledConfiguration,
}
